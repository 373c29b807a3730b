import { fillTemplate } from './template.js';

const values = new Map([
  ['name', 'M'],
  ['files', '| a |\n| - |'],
  ['nothing', ''],
  ['variant.Q4.kld', '0.1'],
  ['variant.Q6.kld', '0.2'],
]);
const fill = (text: string): string => fillTemplate({ file: 'models/m/card.md', text }, values);

describe('fillTemplate', () => {
  it.each([
    ['# {{name}} and {{ name }}\n', '# M and M\n'],
    ['a\r\n{{files}}\r\nb', 'a\n| a |\n| - |\nb\n'],
    ['a\n\n{{nothing}}\n\nb\n', 'a\n\nb\n'],
    ['x{{nothing}}y', 'xy\n'],
    [String.raw`\{{name}} \{{`, '{{name}} {{\n'],
    ['{ {name} } $& {name}', '{ {name} } $& {name}\n'],
  ])('%j becomes %j', (text, filled) => {
    expect(fill(text)).toBe(filled);
  });

  it.each(['---\nlicense: mit\n---\n# x\n', '\uFEFF--- \r\nlicense: mit\r\n---\r\n', '---\n---\n'])(
    '%j is refused: a card has front matter of its own',
    (text) => {
      expect(() => fill(text)).toThrow(
        expect.objectContaining({
          code: 'BAD_CARD_TEMPLATE',
          message:
            'models/m/card.md:1: front matter; a card has its own, which "card" in model.json can change',
        }) as Error,
      );
    },
  );

  it('a line across the page is no front matter', () => {
    expect(fill('---\n\ntext\n\n---\n')).toBe('---\n\ntext\n\n---\n');
  });

  it('searches nothing that was put in, and knows no patterns of replacing', () => {
    expect(fillTemplate({ file: 'x', text: '{{a}}' }, new Map([['a', '{{b}} $& $1']]))).toBe('{{b}} $& $1\n');
  });

  it('names every placeholder that it does not know, by file and line, with the nearest one', () => {
    const error = (() => {
      try {
        fill('{{nmae}}\n\n{{variant.Q4.kdl}} {{x}}\n{{open\n');
      } catch (caught) {
        return caught;
      }
      return null;
    })();
    expect(error).toMatchObject({
      code: 'BAD_CARD_TEMPLATE',
      message: [
        'models/m/card.md:1: there is no placeholder "nmae"',
        'models/m/card.md:3: there is no placeholder "variant.Q4.kdl" (did you mean \'variant.Q4.kld\'?)',
        'models/m/card.md:3: there is no placeholder "x"',
        'models/m/card.md:4: a placeholder that does not end in this line',
      ].join('\n'),
      hint: expect.stringContaining('name, files, nothing, variant.Q4.kld.') as string,
    });
  });
});
