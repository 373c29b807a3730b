import { tensorTypeByName, type TensorTypeName } from '../tensor-type.js';

/**
 * What the header says of one tensor. `shape` starts with the row length; `offset` counts from the start of
 * the data.
 */
export interface WrittenTensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorTypeName;
  readonly offset: number;
}

/**
 * The tensor list of a GGUF header, byte for byte as llama.cpp writes it (follows gguf_writer_base of
 * ggml/src/gguf.cpp).
 */
export function tensorInfosBytes(infos: readonly WrittenTensorInfo[]): Uint8Array {
  const names = infos.map(({ name }) => new TextEncoder().encode(name));
  const shapes = infos.map(({ shape }) => writtenShape(shape));
  const sizeBytes = names.reduce(
    (size, name, index) => size + 8 + name.length + 4 + (shapes[index]?.length ?? 0) * 8 + 12,
    0,
  );
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put32 = (value: number): void => {
    view.setUint32(at, value, true);
    at += 4;
  };
  const put64 = (value: number): void => {
    view.setBigUint64(at, BigInt(value), true);
    at += 8;
  };
  for (const [index, { type, offset }] of infos.entries()) {
    const name = names[index] ?? new Uint8Array();
    const shape = shapes[index] ?? [];
    put64(name.length);
    bytes.set(name, at);
    at += name.length;
    put32(shape.length);
    for (const size of shape) put64(size);
    put32(typeId(type));
    put64(offset);
  }
  return bytes;
}

/**
 * A shape without the trailing dimensions of one that llama.cpp leaves out (follows ggml_n_dims of
 * ggml/src/ggml.c).
 */
export function writtenShape(shape: readonly number[]): readonly number[] {
  const last = shape.findLastIndex((size, index) => index > 0 && size > 1);
  return last < 1 ? (shape.length === 0 ? [1] : shape.slice(0, 1)) : shape.slice(0, last + 1);
}

function typeId(name: TensorTypeName): number {
  const type = tensorTypeByName(name);
  if (type === null) throw new RangeError(`no tensor type ${name}`);
  return type.id;
}
