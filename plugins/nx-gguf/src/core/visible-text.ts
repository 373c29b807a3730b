/**
 * Text from outside with every character that a reader cannot see, or that moves the text around it, as an
 * escape: controls (C0, C1, ESC), bidirectional marks, overrides and isolates, separators of lines, characters
 * without width, halves of surrogate pairs. Line feeds and tabs stay, and so does what emoji and scripts need:
 * joiners between their parts, selectors behind a character that has variants, flags. The escapes are those of
 * JSON: in a JSON text the value stays the same.
 */
export function visibleText(text: string): string {
  return plain.test(text)
    ? text
    : text.replace(hidden, (character, needed: string | undefined) => needed ?? escapeOf(character));
}

/** As `visibleText`; what is longer than `most` UTF-16 units is cut, and the rest counted. */
export function visibleStart(text: string, most: number): string {
  if (text.length <= most) return visibleText(text);
  const cut = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most;
  const rest = (text.length - cut).toLocaleString('en-US');
  return `${visibleText(text.slice(0, cut))}… (${rest} more characters)`;
}

/** As `visibleStart`, on one line: line feeds and tabs are escapes too. */
export function visibleLine(text: string, most = longestName): string {
  return visibleStart(text, most).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Names are longer only to hide something. */
const longestName = 400;

const plain = /^[\n\t\x20-\x7e]*$/;

/** Scripts whose letters are written with joiners between them. */
const joining = [
  ...[
    'Arabic',
    'Bengali',
    'Devanagari',
    'Gujarati',
    'Gurmukhi',
    'Kannada',
    'Khmer',
    'Malayalam',
    'Mongolian',
  ],
  ...['Myanmar', 'Nko', 'Oriya', 'Sinhala', 'Syriac', 'Tamil', 'Telugu', 'Thaana', 'Tibetan'],
]
  .map((script) => String.raw`\p{Script=${script}}`)
  .join('');

/** In the first group what is needed; else a character that is not shown as it is. */
const hidden = new RegExp(
  [
    String.raw`(\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,6}\u{e007f}`,
    String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})`,
    String.raw`(?<=[${joining}])[\u200c\u200d](?=[${joining}])`,
    String.raw`(?<=[\p{Emoji}\p{Ideographic}])[\ufe00-\ufe0f]`,
    String.raw`(?<=\p{Ideographic})[\u{e0100}-\u{e01ef}])`,
    String.raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{DI}\p{NChar}\ufff9-\ufffb]`,
  ].join('|'),
  'gu',
);

function escapeOf(character: string): string {
  if (character === '\n' || character === '\t') return character;
  if (character === '\r') return String.raw`\r`;
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index).toString(16).padStart(4, '0');
    return `\\u${unit}`;
  }).join('');
}
