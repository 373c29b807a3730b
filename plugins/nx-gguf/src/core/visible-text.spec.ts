import { assert, property, string } from 'fast-check';
import { visibleLine, visibleText } from './visible-text.js';

describe('text from outside', () => {
  it.each([
    ['an escape sequence', 'a\u001b[2K\rb', String.raw`a\u001b[2K\rb`],
    ['a sequence of the second set', 'a\u009b2Kb\u0085', String.raw`a\u009b2Kb\u0085`],
    ['a link and its end', '\u001b]8;;http://x\u0007y', String.raw`\u001b]8;;http://x\u0007y`],
    ['NUL, backspace and DEL', '\0\b\u007f', String.raw`\u0000\u0008\u007f`],
    ['an override of direction', 'a\u202egpj.exe', String.raw`a\u202egpj.exe`],
    ['isolates and marks', '\u2066a\u2069\u200e\u200f\u061c', String.raw`\u2066a\u2069\u200e\u200f\u061c`],
    ['separators of lines', 'a\u2028b\u2029', String.raw`a\u2028b\u2029`],
    ['characters without width', 'a\u200bb\u2060\ufeff\u00ad', String.raw`a\u200bb\u2060\ufeff\u00ad`],
    ['joiners between letters that need none', 'pay\u200dpal\u200c', String.raw`pay\u200dpal\u200c`],
    ['blanks that are letters', '\u3164\uffa0\u115f', String.raw`\u3164\uffa0\u115f`],
    ['text in tags', 'x\u{e0041}', String.raw`x\udb40\udc41`],
    ['text in selectors', 'x\ufe0f\u{e0101}', String.raw`x\ufe0f\udb40\udd01`],
    ['more than one selector', '❤\ufe0f\ufe0f', '❤\ufe0f\\ufe0f'],
    ['halves of pairs', 'a\ud800b\udc00', String.raw`a\ud800b\udc00`],
    ['no characters', '\uffff\ufffe', String.raw`\uffff\ufffe`],
  ])('%s is shown as escapes', (_, text, shown) => {
    expect(visibleText(text)).toBe(shown);
    expect(visibleLine(text)).toBe(shown);
  });

  it.each([
    'plain | text \\n with `ticks`',
    'a\n\tb',
    '日本語 中文 한국어 Ελληνικά русский',
    'àéîõü a\u0301',
    '👩\u200d👩\u200d👧 👍🏽 ❤\ufe0f\u200d🔥 👩🏽\u200d⚕\ufe0f 1\ufe0f⃣',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    'می\u200cخواهم',
    'क्\u200dष',
    '葛\u{e0100}',
  ])('%s stays as it is', (text) => {
    expect(visibleText(text)).toBe(text);
  });

  it('has no character that acts, whatever it was, and an escape is not escaped again', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 40 }), (text) => {
        const shown = visibleText(text);
        expect(shown).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(visibleText(shown)).toBe(shown);
        expect(JSON.parse(visibleText(JSON.stringify(text)))).toBe(text);
      }),
      { seed: 15, numRuns: 300 },
    );
  });

  it('keeps to one line, and says how much of it is left out', () => {
    expect(visibleLine('a\nb\tc')).toBe(String.raw`a\nb\tc`);
    expect(visibleLine('x'.repeat(2_000), 10)).toBe('xxxxxxxxxx… (1,990 more characters)');
    expect(visibleLine('xxx👍👍', 4)).toBe('xxx… (4 more characters)');
  });
});
