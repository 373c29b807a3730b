import { bounded } from '../../quant/rules/finding-words.js';

/**
 * Flag that has llama-imatrix mark its lines by their level, `W ` for a warning; of no influence on what it
 * writes. A later flag beats an earlier one.
 */
export const levelFlag = '--log-prefix';

const marked = /^([A-Z]) /;

// What llama.cpp says of good models too: blocks of multi-token prediction, which are not computed, rounded
// sizes, and tokens that it corrects itself.
const ordinary = [
  /^model has unused tensor /,
  /^llama_context: n_ctx/,
  /^load: (?:control-looking token|special_)/,
];

/** A line without the mark of its level. */
export function withoutLevel(line: string): string {
  return line.replace(marked, '');
}

/** True for a line that `imatrixWarning` may want: of millions of lines few are kept. */
export function mayWarn(line: string): boolean {
  return /^[WE] |nan\b/.test(line);
}

/** What llama-imatrix marked as a warning or an error in these lines, each once; null for nothing. */
export function imatrixWarning(lines: readonly string[]): string | null {
  const said = lines
    .filter((line) => ['W', 'E'].includes(marked.exec(line)?.[1] ?? ''))
    .map((line) =>
      withoutLevel(line)
        .replace(/\s+/g, ' ')
        .replace(/' (?=\S+')/g, "'")
        .trim(),
    )
    .filter((line) => line !== '' && !ordinary.some((pattern) => pattern.test(line)));
  const nan = lines.map((line) => /\[(\d+)\]-?nan\b/.exec(line)?.[1]).find((chunk) => chunk !== undefined);
  const all = [
    ...(nan === undefined ? [] : [`the perplexity is NaN from chunk ${nan} on`]),
    ...new Set(said),
  ];
  return all.length === 0 ? null : `llama-imatrix: ${bounded(all)}`;
}
