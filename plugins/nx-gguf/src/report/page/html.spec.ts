import { html, scriptJson, trusted } from './html.js';

describe('html', () => {
  it.each([
    ['text', '</td><script>x</script>', '&#60;/td&#62;&#60;script&#62;x&#60;/script&#62;'],
    ['a value of an attribute', "\" onload='x'", '&#34; onload=&#39;x&#39;'],
    ['text that reorders what is around it', 'a\u202eb', String.raw`a\u202eb`],
    ['text that HTML has no place for', 'a\0b', String.raw`a\u0000b`],
    ['a number', 3, '3'],
    ['nothing', null, ''],
    ['a list', ['<', trusted('<b>')], '&#60;<b>'],
    ['HTML', html`<i>${'&'}</i>`, '<i>&#38;</i>'],
  ])('puts in %s', (_, value, expected) => {
    expect(html`(${value})`.markup).toBe(`(${expected})`);
  });
});

describe('scriptJson', () => {
  it('cannot end its element, and reads back as what is shown', () => {
    const value = { a: '</script><!--', 'b\u202e': '\u2028&', c: [1, null, '\u001b'] };
    const { markup } = scriptJson(value);
    expect(markup).not.toMatch(/[<>&\u2028]/);
    expect(JSON.parse(markup)).toEqual({
      a: '</script><!--',
      [String.raw`b\u202e`]: String.raw`\u2028&`,
      c: [1, null, String.raw`\u001b`],
    });
  });
});
