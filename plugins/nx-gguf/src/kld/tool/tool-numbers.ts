import type { Estimate } from '../../core/generated/kld.generated.js';

/** Source of a regular expression for a number as C's printf writes it, `nan` and `inf` among them. */
export const numberPattern = String.raw`[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|nan|inf)`;

/** The number that a tool printed; NaN where there is none. */
export function toNumber(text: string | undefined): number {
  if (text === undefined || text.endsWith('nan')) return NaN;
  return text.endsWith('inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}

/** A printed value and its error; an error that is no number becomes null. */
export function estimate({ value, error }: { readonly value: number; readonly error: number }): Estimate {
  return { value, error: Number.isFinite(error) ? error : null };
}
