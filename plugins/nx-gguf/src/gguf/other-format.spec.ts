import { bytesSource } from './testing/bytes-source.js';
import { otherFormat } from './other-format.js';

describe('otherFormat', () => {
  it.each<[string, string | null]>([
    ['\x1f\x8b\x08\x00\x00', 'compressed with gzip'],
    ['\x28\xb5\x2f\xfd\x04', 'compressed with zstd'],
    ['\xfd7zXZ\x00', 'compressed with xz'],
    ['BZh91AY', 'compressed with bzip2'],
    ['PK\x03\x04\x00', 'a zip archive, as a checkpoint of PyTorch is one'],
    ['\x93NUMPY\x01', 'an array of NumPy'],
    ['<!doctype html>', 'a web page'],
    ['<html>', 'a web page'],
    ['{"error":"x"}', 'JSON'],
    ['{\n  "a": 1}', 'JSON'],
    // The numbers of entries of older matrices.
    ['<\x00\x00\x00\x16\x00\x00\x00', null],
    ['{\x00\x00\x00\x16\x00\x00\x00', null],
    ['GGUF\x03\x00\x00\x00', null],
    ['', null],
  ])('%j: %s', async (text, format) => {
    expect(await otherFormat(bytesSource(Buffer.from(text, 'latin1')))).toBe(format);
  });
});
