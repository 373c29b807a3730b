import { GgufError } from '../core/errors.js';
import { transientStatus, type HttpAnswer } from '../transport/http.js';
import { TransientError } from '../transport/retry.js';

/** What the checks of an answer know of the file. */
interface Asked {
  name: string;
  url: string;
  sizeBytes: number | null;
  refused: (answer: HttpAnswer) => GgufError;
}

/**
 * The header that asks for the next bytes of a file. No answer has to carry more than `largest` bytes: what a
 * hub keeps is served in ranges of any file, and above 50 GB not as one answer (huggingface_hub 2991 and 3868,
 * xet-core 238). A file that fits is asked for as it is.
 */
export function rangeHeader(from: number, total: number | null, largest: number): Record<string, string> {
  const isLast = total !== null && total - from <= largest;
  if (isLast) return from === 0 ? {} : { range: `bytes=${from}-` };
  return { range: `bytes=${from}-${from + largest - 1}` };
}

/**
 * Why an answer's body is not what was asked for: an error, or `restart` when bytes do not join those
 * received.
 */
export function unusable(
  answer: HttpAnswer,
  { wanted, from }: { wanted: Asked; from: number },
): GgufError | TransientError | 'restart' | null {
  const { status } = answer;
  if (status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.header('content-range') ?? '');
    const total = range?.[2];
    if (range === null || Number(range[1]) !== from) return 'restart';
    return total !== undefined &&
      total !== '*' &&
      wanted.sizeBytes !== null &&
      Number(total) !== wanted.sizeBytes
      ? sizeMismatch(wanted.name, total, wanted.sizeBytes)
      : null;
  }
  if (status === 200) {
    const length = totalOf(answer);
    const isOther = length !== null && wanted.sizeBytes !== null && length !== wanted.sizeBytes;
    return isOther ? sizeMismatch(wanted.name, String(length), wanted.sizeBytes ?? 0) : null;
  }
  if (status === 416) return 'restart';
  if (status < 400) return new TransientError(`the server answered ${status}`);
  const transient = transientStatus(answer);
  if (transient !== null) return transient;
  // A second host refuses addresses that have expired; the next attempt gets a new one.
  if ((status === 401 || status === 403) && answer.url.origin !== new URL(wanted.url).origin)
    return new TransientError(`${answer.url.host} answered ${status}`);
  return wanted.refused(answer);
}

/** The size of the whole file as an answer tells it, or null. */
export function totalOf(answer: HttpAnswer): number | null {
  const length =
    answer.status === 206
      ? Number(/\/(\d+)$/.exec(answer.header('content-range') ?? '')?.[1] ?? Number.NaN)
      : Number(answer.header('content-length') ?? Number.NaN);
  return Number.isSafeInteger(length) ? length : null;
}

/** Where the range of an answer ends, exclusive, or null. */
export function endOf(answer: HttpAnswer): number | null {
  const last = /^bytes \d+-(\d+)\//.exec(answer.header('content-range') ?? '')?.[1];
  return last === undefined ? null : Number(last) + 1;
}

/** The error of a file that is of another size than the pinned one. */
export function sizeMismatch(name: string, actual: string, expected: number): GgufError {
  return new GgufError('SIZE_MISMATCH', `${name}: the server has ${actual} bytes instead of ${expected}`, {
    hint: 'The file is not the one that was pinned. When it was replaced on purpose, pin the new one with `nx g nx-gguf:update`.',
  });
}
