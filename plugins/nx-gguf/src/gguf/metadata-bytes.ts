import type { ByteRange, ByteSource } from './byte-source.js';
import type { GgufHeader } from './header.js';

/** Key-value pairs as raw bytes, and how many there are. */
export interface RawMetadata {
  readonly keyCount: number;
  readonly bytes: Uint8Array;
}

/** The metadata of a file verbatim, without the pairs whose key is unwanted: those are cut out, nothing is written anew. */
export async function readRawMetadata(source: ByteSource, header: GgufHeader, isUnwanted: (key: string) => boolean = () => false): Promise<RawMetadata> {
  const { metadataRange, metadata } = header;
  const bytes = await source.read(metadataRange.offset, metadataRange.length);
  const kept = [...pairRanges(header)].filter(([key]) => !isUnwanted(key));
  if (kept.length === metadata.size) return { keyCount: kept.length, bytes };
  const parts = kept.map(([, { offset, length }]) => bytes.subarray(offset - metadataRange.offset, offset - metadataRange.offset + length));
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return { keyCount: kept.length, bytes: joined };
}

/** Where each key-value pair lies in the file, from the key on. */
export function pairRanges({ metadata, metadataRange }: Pick<GgufHeader, 'metadata' | 'metadataRange'>): Map<string, ByteRange> {
  let start = metadataRange.offset;
  return new Map([...metadata].map(([key, { range }]) => {
    const offset = start;
    start = range.offset + range.length;
    return [key, { offset, length: start - offset }];
  }));
}

/** True for the keys that describe the shards of a split file; llama-quantize drops them when it writes a single file. */
export function isSplitKey(key: string): boolean {
  return key === 'split.no' || key === 'split.count' || key === 'split.tensors.count';
}
