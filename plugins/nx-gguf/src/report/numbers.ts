import prettyBytes from 'pretty-bytes';
import type { Estimate } from '../core/generated/kld.generated.js';

/** A value with its standard error, e.g. `0.036272 ± 0.000154`; without the error where there is none. */
export function estimateText({ value, error }: Estimate, digits: number): string {
  return error === null ? value.toFixed(digits) : `${value.toFixed(digits)} ± ${error.toFixed(digits)}`;
}

/** A size in binary units: `1.5 GiB`. */
export function sizeText(sizeBytes: number): string {
  return prettyBytes(sizeBytes, { binary: true });
}

/** A change of size with its sign: `+1.5 GiB`. */
export function sizeChangeText(sizeBytes: number): string {
  return prettyBytes(sizeBytes, { binary: true, signed: true });
}
