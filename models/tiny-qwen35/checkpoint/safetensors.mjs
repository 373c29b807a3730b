// The safetensors format: the header's length in 8 bytes, the header as JSON, the data of the tensors one
// after another.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';

const SIZES = { BF16: 2, F32: 4 };
const CHUNK_ELEMENTS = 1 << 20;

/**
 * Writes tensors of `{ name, dtype, shape, fill }` in the order given, at most 4 MiB of data in memory.
 * `fill(values, start)` puts the elements from index `start` on into `values`, a Uint16Array of BF16 bits or
 * a Float32Array; the pieces of a tensor are asked for in order, from 0 on.
 */
export function writeSafetensors(path, tensors) {
  const file = openSync(path, 'wx');
  try {
    writeAll(file, header(tensors));
    for (const tensor of tensors) {
      const total = elements(tensor);
      for (let start = 0; start < total; start += CHUNK_ELEMENTS) {
        const length = Math.min(CHUNK_ELEMENTS, total - start);
        const values = tensor.dtype === 'BF16' ? new Uint16Array(length) : new Float32Array(length);
        tensor.fill(values, start);
        writeAll(file, littleEndian(values));
      }
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function header(tensors) {
  const entries = [['__metadata__', { format: 'pt' }]];
  let offset = 0;
  for (const tensor of tensors) {
    const end = offset + elements(tensor) * SIZES[tensor.dtype];
    entries.push([tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return padded;
}

function elements({ shape }) {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

function littleEndian(values) {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (endianness() === 'LE') return bytes;
  return values.BYTES_PER_ELEMENT === 2 ? bytes.swap16() : bytes.swap32();
}

function writeAll(file, bytes) {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
