// Bytes of a small GGUF file, version 3, with tensors of f32 only.

const ALIGNMENT = 32;
const kinds = { uint32: 4, int32: 5, float32: 6, string: 8, array: 9 };

/**
 * The file of metadata `[key, kind, value]` (for lists `[key, [kind], values]`) and tensors
 * `{ name, shape, values }`, and where each tensor's data begins.
 */
export function ggufBytes(metadata, tensors) {
  const infos = [];
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    infos.push(string(name), uint32(shape.length), ...shape.map(uint64), uint32(0), uint64(offset));
    offset += padded(values.byteLength);
  }
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(metadata.length),
    ...metadata.map(entry),
    ...infos,
  ]);
  const starts = new Map();
  const file = Buffer.alloc(padded(head.length) + offset);
  head.copy(file);
  let at = padded(head.length);
  for (const { name, values } of tensors) {
    starts.set(name, at);
    Buffer.from(values.buffer).copy(file, at);
    at += padded(values.byteLength);
  }
  return { file, starts };
}

function entry([key, kind, value]) {
  if (!Array.isArray(kind)) return Buffer.concat([string(key), uint32(kinds[kind]), scalar(kind, value)]);
  return Buffer.concat([
    string(key),
    uint32(kinds.array),
    uint32(kinds[kind[0]]),
    uint64(value.length),
    ...value.map((item) => scalar(kind[0], item)),
  ]);
}

function scalar(kind, value) {
  if (kind === 'string') return string(value);
  const bytes = Buffer.alloc(4);
  if (kind === 'float32') bytes.writeFloatLE(value);
  else if (kind === 'int32') bytes.writeInt32LE(value);
  else bytes.writeUInt32LE(value);
  return bytes;
}

function string(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value) {
  return scalar('uint32', value);
}

function uint64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function padded(size) {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
