import { GgufError } from '../../core/errors.js';
import {
  baseHeadBytes,
  baseSizeBytes,
  readBaseHead,
  requireBaseShape,
  type BaseShape,
} from './base-format.js';

/** Follows base logits as they pass, and knows whether they were complete. */
export interface BaseCounter {
  /** @throws GgufError `KLD_BASE_WRONG` when these are no base logits, or those of something else */
  readonly take: (bytes: Uint8Array) => void;
  /** Their dimensions, once enough came. */
  readonly shape: () => BaseShape | null;
  readonly isComplete: () => boolean;
  /** The error for logits that ended too early. */
  readonly incomplete: () => GgufError;
}

/** A counter for one base pass, whose dimensions are known as far as they are given. */
export function baseCounter(wanted: Partial<BaseShape> = {}): BaseCounter {
  const head = Buffer.alloc(baseHeadBytes);
  let count = 0;
  let shape: BaseShape | null = null;
  const expected = (): number => (shape === null ? baseHeadBytes : baseSizeBytes(shape));
  return {
    take: (bytes) => {
      if (shape === null) {
        head.set(bytes.subarray(0, baseHeadBytes - count), count);
        if (count + bytes.byteLength >= baseHeadBytes) {
          shape = readBaseHead(head);
          requireBaseShape(shape, wanted);
        }
      }
      count += bytes.byteLength;
    },
    shape: () => shape,
    isComplete: () => shape !== null && count === expected(),
    incomplete: () => incompleteBase(count, shape),
  };
}

/**
 * The error for base logits of too few bytes; their dimensions are null when not even those were received.
 */
export function incompleteBase(countBytes: number, shape: BaseShape | null): GgufError {
  const expected = shape === null ? `at least ${baseHeadBytes}` : baseSizeBytes(shape);
  return new GgufError(
    'KLD_BASE_INCOMPLETE',
    `the base logits have ${countBytes} bytes instead of ${expected}`,
    { hint: 'llama-perplexity ends with exit code 0 when it cannot write. Run the measurement again.' },
  );
}
