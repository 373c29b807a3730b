// Thousandths of the font size from U+0020 on, as the metrics of Helvetica have them.
const widths = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const [otherNarrow, otherWide] = [600, 1000];
/** Other sans-serif fonts are wider than Helvetica by up to this much. */
const widest = 1.12;

/**
 * Width of a text in pixels in any common sans-serif font, rather too large: the reader's font is not known.
 */
export function textWidth(text: string, fontSize: number): number {
  let thousandths = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    thousandths += widths[code - 32] ?? (code < 0x2e80 ? otherNarrow : otherWide);
  }
  return (thousandths / 1000) * fontSize * widest;
}

/**
 * A text that is at most so wide: of a longer one the middle is left out, because names of siblings begin and
 * end alike less often than they only begin so.
 */
export function shortened(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const characters = Array.from(text);
  for (let kept = characters.length - 1; kept > 2; kept--) {
    const shorter = `${characters.slice(0, Math.ceil(kept / 2)).join('')}…${characters.slice(characters.length - Math.floor(kept / 2)).join('')}`;
    if (textWidth(shorter, fontSize) <= width) return shorter;
  }
  return '…';
}

/** A text in lines that are at most so wide. */
export function wrapped(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, fontSize) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
