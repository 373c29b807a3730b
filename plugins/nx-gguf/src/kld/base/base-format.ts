import { counted } from '../../core/counted.js';
import { GgufError } from '../../core/errors.js';

/** The dimensions that decide the layout of a base file. */
export interface BaseShape {
  /** Tokens of a chunk. */
  readonly ctx: number;
  /** Tokens of the vocabulary. */
  readonly vocabulary: number;
  readonly chunks: number;
}

/** Bytes before the tokens: magic, ctx, vocabulary and chunks. */
export const baseHeadBytes = 20;

const magic = '_logits_';
const limits: BaseShape = { ctx: 2 ** 24, vocabulary: 2 ** 24, chunks: 2 ** 24 };

/**
 * The dimensions that the first 20 bytes of a base file of llama-perplexity state.
 * @throws GgufError `KLD_BASE_WRONG` for bytes that do not begin such a file, or for dimensions no model has.
 */
export function readBaseHead(head: Uint8Array): BaseShape {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < baseHeadBytes || Buffer.from(head.subarray(0, magic.length)).toString('latin1') !== magic)
    throw wrong('these bytes do not begin a base file of llama-perplexity');
  const shape = {
    ctx: view.getUint32(8, true),
    vocabulary: view.getInt32(12, true),
    chunks: view.getInt32(16, true),
  };
  const impossible = (['ctx', 'vocabulary', 'chunks'] as const).filter(
    (name) => shape[name] < 1 || shape[name] > limits[name],
  );
  if (impossible.length > 0)
    throw wrong(
      `the base file states an impossible ${impossible.map((name) => `${name} of ${shape[name]}`).join(', ')}`,
    );
  if (!Number.isSafeInteger(baseSizeBytes(shape)))
    throw wrong(
      `the base file states ${counted(shape.chunks, 'chunk')} of ${shape.ctx} tokens and a vocabulary of ${shape.vocabulary}, more than any disk holds`,
    );
  return shape;
}

/**
 * Holds base logits to the dimensions that they must have.
 * @throws GgufError `KLD_BASE_WRONG` that names each that differs
 */
export function requireBaseShape(shape: BaseShape, expected: Partial<BaseShape>): void {
  const differences = (['ctx', 'vocabulary', 'chunks'] as const).flatMap((name) =>
    expected[name] === undefined || expected[name] === shape[name]
      ? []
      : [`${name} ${shape[name]} instead of ${expected[name]}`],
  );
  if (differences.length > 0)
    throw wrong(`the base logits are those of something else: ${differences.join(', ')}`);
}

/** The first 20 bytes of a base file. */
export function baseHead({ ctx, vocabulary, chunks }: BaseShape): Uint8Array {
  const head = Buffer.alloc(baseHeadBytes);
  head.write(magic, 'latin1');
  head.writeUInt32LE(ctx, 8);
  head.writeInt32LE(vocabulary, 12);
  head.writeInt32LE(chunks, 16);
  return head;
}

/** Rows of a chunk: of its second half each token but the last is evaluated. */
export function baseChunkRows({ ctx }: Pick<BaseShape, 'ctx'>): number {
  return Math.max(0, ctx - 1 - Math.floor(ctx / 2));
}

/**
 * Bytes of a row: scale and minimum as floats, then 16 bits for each token of the vocabulary, padded to an
 * even number.
 */
export function baseRowBytes({ vocabulary }: Pick<BaseShape, 'vocabulary'>): number {
  return (2 * Math.ceil(vocabulary / 2) + 4) * 2;
}

/**
 * Bytes of a complete base file: the head, the tokens of all chunks, and the rows of log-probabilities
 * (follows `perplexity` and `process_logits` of tools/perplexity/perplexity.cpp).
 */
export function baseSizeBytes(shape: BaseShape): number {
  return (
    baseHeadBytes + shape.ctx * shape.chunks * 4 + shape.chunks * baseChunkRows(shape) * baseRowBytes(shape)
  );
}

function wrong(message: string): GgufError {
  return new GgufError('KLD_BASE_WRONG', message, {
    hint: 'They are no base logits of llama-perplexity for this measurement: run the base pass again.',
  });
}
