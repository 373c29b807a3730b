import { bytesSource } from './testing/bytes-source.js';
import { foreignFile, noImatrix } from './foreign-file.js';

describe('a file that is no GGUF', () => {
  it.each<[string, string | null]>([
    ['\x1f\x8b\x08\x00\x00', 'compressed with gzip'],
    ['\x28\xb5\x2f\xfd\x04', 'compressed with zstd'],
    ['\xfd7zXZ\x00', 'compressed with xz'],
    ['BZh91AY', 'compressed with bzip2'],
    ['PK\x03\x04\x00', 'a zip archive, as PyTorch writes checkpoints'],
    ['\x93NUMPY\x01', 'an array of NumPy'],
    ['<!doctype html>', 'a web page'],
    ['<html>', 'a web page'],
    ['{"error":"x"}', 'JSON text'],
    ['{\n  "a": 1}', 'JSON text'],
    // The numbers of entries of older matrices.
    ['<\x00\x00\x00\x16\x00\x00\x00', null],
    ['{\x00\x00\x00\x16\x00\x00\x00', null],
    ['GGUF\x03\x00\x00\x00', null],
    ['', null],
  ])('%j: %s', async (text, format) => {
    expect((await noImatrix(bytesSource(Buffer.from(text, 'latin1'))))?.what ?? null).toBe(format);
  });

  it('may be an importance matrix of the legacy format', async () => {
    const matrix = bytesSource(Buffer.from('<\0\0\0\x13\0\0\0blk.0.attn_q.weight', 'latin1'));
    expect((await foreignFile(matrix))?.what).toBe('an importance matrix of the legacy format');
    expect(await noImatrix(matrix)).toBeNull();
  });
});
