// Reads the tokenizer metadata of a GGUF file; the layout is that of ggml's gguf.h, version 3.
import { readFileSync } from 'node:fs';

const MAGIC = 0x46554747; // "GGUF", read as a little-endian integer
const LARGEST_COUNT = 10_000_000;
const STRING = 8;
const ARRAY = 9;
const SCALARS = {
  0: { size: 1, read: (view, at) => view.getUint8(at) },
  1: { size: 1, read: (view, at) => view.getInt8(at) },
  2: { size: 2, read: (view, at) => view.getUint16(at, true) },
  3: { size: 2, read: (view, at) => view.getInt16(at, true) },
  4: { size: 4, read: (view, at) => view.getUint32(at, true) },
  5: { size: 4, read: (view, at) => view.getInt32(at, true) },
  6: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  7: { size: 1, read: (view, at) => view.getUint8(at) !== 0 },
  10: { size: 8, read: (view, at) => view.getBigUint64(at, true) },
  11: { size: 8, read: (view, at) => view.getBigInt64(at, true) },
  12: { size: 8, read: (view, at) => view.getFloat64(at, true) },
};

/**
 * Reads the byte-pair vocabulary of a GGUF file: tokens in the order of their ids, the type of each
 * (llama.h, `llama_token_type`: 1 normal, 3 control, others unused), and the merges.
 */
export function readVocabulary(path) {
  const metadata = readMetadata(readFileSync(path), path);
  const [tokens, tokenTypes, merges] = ['tokens', 'token_type', 'merges'].map((name) => {
    const value = metadata.get(`tokenizer.ggml.${name}`);
    if (!Array.isArray(value)) throw new Error(`${path} holds no tokenizer.ggml.${name}.`);
    return value;
  });
  if (tokens.length !== tokenTypes.length)
    throw new Error(`${path} holds ${tokens.length} tokens but ${tokenTypes.length} token types.`);
  return { tokens, tokenTypes, merges };
}

function readMetadata(bytes, path) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;

  const take = (size) => {
    if (size > bytes.length - at) throw new Error(`${path} ends in the middle of its metadata.`);
    at += size;
    return at - size;
  };
  const count = () => {
    const value = view.getBigUint64(take(8), true);
    if (value > BigInt(LARGEST_COUNT))
      throw new Error(`${path} announces ${value} items; at most ${LARGEST_COUNT} are read.`);
    return Number(value);
  };
  const string = () => {
    const length = count();
    const start = take(length);
    return bytes.toString('utf8', start, start + length);
  };
  const value = (type) => {
    if (type === STRING) return string();
    if (type === ARRAY) {
      const elementType = view.getUint32(take(4), true);
      return Array.from({ length: count() }, () => value(elementType));
    }
    const scalar = SCALARS[type];
    if (scalar === undefined) throw new Error(`${path} holds a value of the unknown type ${type}.`);
    return scalar.read(view, take(scalar.size));
  };

  if (bytes.length < 4 || view.getUint32(take(4), true) !== MAGIC)
    throw new Error(`${path} is not a GGUF file.`);
  const version = view.getUint32(take(4), true);
  if (version !== 3) throw new Error(`${path} is GGUF version ${version}; version 3 is read here.`);
  take(8); // the number of tensors: none in a vocabulary file
  const metadata = new Map();
  for (let left = count(); left > 0; left -= 1) {
    const key = string();
    metadata.set(key, value(view.getUint32(take(4), true)));
  }
  return metadata;
}
