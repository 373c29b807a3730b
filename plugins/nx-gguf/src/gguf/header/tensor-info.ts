import type { ByteCursor } from '../byte-cursor.js';
import type { ByteRange } from '../byte-source.js';
import { headerError } from './header-error.js';
import { rowSizeBytes, tensorTypeById, type TensorType, type TensorTypeName } from '../tensor-type.js';

/**
 * One tensor of a GGUF file. `shape` starts with the row length; `offset` counts from the start of the data,
 * `range` from that of the file.
 */
export interface GgufTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorTypeName;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly range: ByteRange;
}

/** A tensor as the header lists it, before the place of the data section is known. */
export type TensorInfo = Omit<GgufTensor, 'range'>;

// GGML_MAX_NAME and GGML_MAX_DIMS of ggml.h: llama.cpp rejects a file that has more.
const longestName = 63;
const mostDimensions = 4;

/** Reads one entry of the tensor list (follows gguf_init_from_reader of ggml/src/gguf.cpp). */
export async function readTensorInfo(cursor: ByteCursor): Promise<TensorInfo> {
  const name = await readName(cursor);
  cursor.naming(`tensor '${name}'`);
  await cursor.fill(4);
  const dimensions = cursor.take(4, (view, at) => view.getUint32(at, true));
  if (dimensions > mostDimensions)
    throw headerError(
      'GGUF_TENSOR_SHAPE',
      `tensor '${name}' has ${dimensions} dimensions; at most ${mostDimensions} are allowed`,
    );
  await cursor.fill(dimensions * 8 + 12);
  const shape = Array.from({ length: dimensions }, () => cursor.takeSize(Number.MAX_SAFE_INTEGER));
  const id = cursor.take(4, (view, at) => view.getUint32(at, true));
  const type = tensorTypeById(id);
  if (type === null) throw headerError('GGUF_TENSOR_TYPE', `tensor '${name}' has the type ${id}`);
  const offset = cursor.takeSize(Number.MAX_SAFE_INTEGER);
  return { name, shape, type: type.name, offset, sizeBytes: sizeOf(name, shape, type) };
}

async function readName(cursor: ByteCursor): Promise<string> {
  const at = cursor.position();
  await cursor.fill(8);
  const length = cursor.takeSize(longestName);
  await cursor.fill(length);
  const name = cursor.takeStrictText(length);
  if (name === null || name === '')
    throw headerError(
      'GGUF_BAD_TENSOR_NAME',
      `the tensor name at byte ${at} is ${name === null ? 'no UTF-8' : 'empty'}`,
    );
  return name;
}

function sizeOf(name: string, shape: readonly number[], type: TensorType): number {
  const [row = 1, ...others] = shape;
  if (row % type.blockElements !== 0) {
    throw headerError(
      'GGUF_ROW_NOT_BLOCKS',
      `tensor '${name}' of type ${type.name} has rows of ${row} elements, no multiple of its block size ${type.blockElements}`,
    );
  }
  const sizeBytes = others.reduce((size, dimension) => size * dimension, rowSizeBytes(type, row));
  // A product beyond 2^53 stays beyond it when rounded, so checking the result is enough.
  const elements = shape.reduce((count, dimension) => count * dimension, 1);
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger(sizeBytes))
    throw headerError('GGUF_TENSOR_SHAPE', `tensor '${name}' of shape ${shape.join(' x ')} is too large`);
  return sizeBytes;
}
