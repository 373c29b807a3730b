import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';
import { legacyImatrix } from '../testing/imatrix-bytes.js';
import { readImatrixFile } from './imatrix-file.js';

describe('a file taken for an importance matrix', () => {
  const model = tinyGguf({
    metadata: [
      ['general.type', 'string', 'model'],
      ['general.architecture', 'string', 'qwen35'],
    ],
    tensors: [{ name: 'blk.0.attn_q.weight', shape: [32] }],
  });
  const matrix = tinyGguf({
    metadata: [['general.type', 'string', 'imatrix']],
    tensors: [{ name: 'a.in_sum2', shape: [1] }],
  });

  it.each<[string, Uint8Array, string, string]>([
    [
      'a model',
      model,
      'IMATRIX_EMPTY',
      'x is a GGUF without importance data: a GGUF of type model and architecture qwen35',
    ],
    ['an older matrix of nothing', legacyImatrix(), 'IMATRIX_EMPTY', 'x is a matrix without importance data'],
    [
      'a matrix that is compressed',
      gzipSync(matrix),
      'BAD_IMATRIX',
      'the file is no importance matrix: it is compressed with gzip',
    ],
    [
      'a page',
      Buffer.from('<!doctype html><title>404</title>'),
      'BAD_IMATRIX',
      'the file is no importance matrix: it is a web page',
    ],
  ])('is told as what it is: %s', async (...[, bytes, code, message]) => {
    const path = join(temporaryDirectory(), 'x');
    writeFileSync(path, bytes);
    await expect(readImatrixFile(path, 'x')).rejects.toMatchObject({ code, message });
  });

  it('is read with what it says of its text', async () => {
    const path = join(temporaryDirectory(), 'x');
    writeFileSync(path, matrix);
    expect(await readImatrixFile(path, 'x')).toEqual({
      format: 'gguf',
      tensors: ['a'],
      chunks: null,
      chunkSize: null,
    });
  });

  it('has no number of chunks where it says one that is none', async () => {
    const path = join(temporaryDirectory(), 'x');
    const metadata = [['imatrix.chunk_count', 'float32', Infinity]] as const;
    writeFileSync(path, tinyGguf({ metadata, tensors: [{ name: 'a.in_sum2', shape: [1] }] }));
    expect(await readImatrixFile(path, 'x')).toMatchObject({ chunks: null });
  });
});
