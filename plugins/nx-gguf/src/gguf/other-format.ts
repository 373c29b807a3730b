import type { ByteSource } from './byte-source.js';

/**
 * How files begin that are saved in place of a GGUF. A matrix of the older format begins with its number of
 * entries, which for 60 is a `<`: a text is known by what follows, too.
 */
const beginnings: readonly (readonly [start: RegExp, what: string])[] = [
  [/^\x1f\x8b\x08/, 'compressed with gzip'],
  [/^\x28\xb5\x2f\xfd/, 'compressed with zstd'],
  [/^\xfd7zXZ/, 'compressed with xz'],
  [/^BZh\d/, 'compressed with bzip2'],
  [/^PK\x03\x04/, 'a zip archive, as a checkpoint of PyTorch is one'],
  [/^\x93NUMPY/, 'an array of NumPy'],
  [/^<[!?A-Za-z]/, 'a web page'],
  [/^\{\s*["}]/, 'JSON'],
];

/** What a file is by its first bytes, such as `compressed with gzip`, where it is no GGUF; null if unknown. */
export async function otherFormat(source: ByteSource): Promise<string | null> {
  const start = await source.read(0, Math.min(8, source.sizeBytes));
  const text = String.fromCharCode(...start);
  return beginnings.find(([beginning]) => beginning.test(text))?.[1] ?? null;
}
