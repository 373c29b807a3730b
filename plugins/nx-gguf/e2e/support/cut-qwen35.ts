import { bytesSource } from '../../src/gguf/testing/bytes-source.js';
import { composeLike } from '../../src/gguf/compose.js';
import { readGgufHeader } from '../../src/gguf/header/header.js';
import { readRawMetadata } from '../../src/gguf/header/metadata-bytes.js';
import { imatrixOf } from './made-models.js';

const rows = 64;

/**
 * The model with at most 64 rows of each matrix and without its vocabulary, and an importance matrix for it:
 * quantized in no time.
 */
export async function cutQwen35(file: Uint8Array): Promise<{ bytes: Uint8Array; imatrix: Uint8Array }> {
  const source = bytesSource(file);
  const header = await readGgufHeader(source);
  const metadata = await readRawMetadata(source, header, (key) =>
    /^tokenizer\.ggml\.(tokens|merges|token_type)$/.test(key),
  );
  const tensors = header.tensors.map((tensor) => {
    const [row = 1, count] = tensor.shape;
    const shape = count === undefined ? [row] : [row, Math.min(count, rows)];
    return { ...tensor, shape, sizeBytes: (tensor.sizeBytes / (count ?? 1)) * (shape[1] ?? 1) };
  });
  const composed = composeLike(header, metadata, tensors);
  const bytes = new Uint8Array(composed.sizeBytes);
  bytes.set(composed.header);
  for (const [index, { range, sizeBytes }] of tensors.entries())
    bytes.set(file.subarray(range.offset, range.offset + sizeBytes), composed.places[index]?.offset ?? 0);
  return { bytes, imatrix: imatrixOf({ tensors }) };
}
