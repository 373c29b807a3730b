import { didYouMean } from '../../core/suggestion.js';

/** What llama-quantize makes of a whole model: a mixture of tensor types with a name and a number. */
export interface Ftype {
  readonly name: string;
  readonly id: number;
}

const names: readonly (readonly [name: string, id: number])[] = [
  ['Q1_0', 40],
  ['Q2_0', 41],
  ['Q4_0', 2],
  ['Q4_1', 3],
  ['MXFP4_MOE', 38],
  ['Q5_0', 8],
  ['Q5_1', 9],
  ['IQ2_XXS', 19],
  ['IQ2_XS', 20],
  ['IQ2_S', 28],
  ['IQ2_M', 29],
  ['IQ1_S', 24],
  ['IQ1_M', 31],
  ['TQ1_0', 36],
  ['TQ2_0', 37],
  ['Q2_K', 10],
  ['Q2_K_S', 21],
  ['IQ3_XXS', 23],
  ['IQ3_S', 26],
  ['IQ3_M', 27],
  ['IQ3_XS', 22],
  ['Q3_K_S', 11],
  ['Q3_K_M', 12],
  ['Q3_K_L', 13],
  ['IQ4_NL', 25],
  ['IQ4_XS', 30],
  ['Q4_K_S', 14],
  ['Q4_K_M', 15],
  ['Q5_K_S', 16],
  ['Q5_K_M', 17],
  ['Q6_K', 18],
  ['Q8_0', 7],
  ['F16', 1],
  ['BF16', 32],
  ['F32', 0],
  ['COPY', 0],
];

/**
 * The mixtures llama-quantize can write, in the order of its help (follows QUANT_OPTIONS of
 * tools/quantize/quantize.cpp).
 */
export const ftypes: readonly Ftype[] = names.map(([name, id]) => ({ name, id }));

const aliases = new Map([
  ['Q3_K', 'Q3_K_M'],
  ['Q4_K', 'Q4_K_M'],
  ['Q5_K', 'Q5_K_M'],
]);

/**
 * The mixture that a name in any case, an alias (`Q4_K`) or a number stands for, under its one canonical
 * name; null if there is none. Stricter than try_parse_ftype of quantize.cpp, which takes any text that
 * starts with a number: there `2_K` means Q4_0.
 */
export function findFtype(text: string): Ftype | null {
  const upper = text.toUpperCase();
  const name = aliases.get(upper) ?? upper;
  const named = ftypes.find((ftype) => ftype.name === name);
  if (named !== undefined) return named;
  return /^\d{1,4}$/.test(text) ? ftypeOfNumber(Number(text)) : null;
}

/**
 * True if llama-quantize would take this argument for a mixture, not for a path: `15.gguf` is read as number
 * 15.
 */
export function readsAsFtype(argument: string): boolean {
  const number = /^[ \t\n\v\f\r]*[+-]?\d+/.exec(argument)?.[0];
  return findFtype(argument) !== null || (number !== undefined && ftypeOfNumber(Number(number)) !== null);
}

/** The problem of a name that is no mixture, with the nearest mixture if there is one. */
export function unknownFtype(text: string): string {
  const stored = /^(Q4_0|IQ4_NL)_[48]_[48]$/i.exec(text)?.[1]?.toUpperCase();
  if (stored !== undefined)
    return `llama.cpp removed the quantization type '${text}': it arranges ${stored} that way when it loads a model`;
  return `unknown quantization type '${text}'${didYouMean(
    text,
    ftypes.map(({ name }) => name),
  )}`;
}

// F32 stands before COPY, so number 0 is F32, as in the tool.
function ftypeOfNumber(id: number): Ftype | null {
  return ftypes.find((ftype) => ftype.id === id) ?? null;
}
