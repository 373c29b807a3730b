import type { ByteRange, ByteSource } from '../byte-source.js';
import { headerError } from './header-error.js';
import type { GgufHeader } from './header.js';
import { joinedBytes } from '../joined-bytes.js';

/** Key-value pairs as raw bytes, and how many there are. */
export interface RawMetadata {
  readonly keyCount: number;
  readonly bytes: Uint8Array;
}

/**
 * The metadata of a file verbatim, without the pairs whose key is unwanted: those are cut out, nothing is
 * written anew.
 */
export async function readRawMetadata(
  source: ByteSource,
  header: GgufHeader,
  isUnwanted: (key: string) => boolean = () => false,
): Promise<RawMetadata> {
  const { metadataRange, metadata } = header;
  const bytes = await source.read(metadataRange.offset, metadataRange.length);
  const kept = [...pairRanges(header)].filter(([key]) => !isUnwanted(key));
  if (kept.length === metadata.size) return { keyCount: kept.length, bytes };
  const parts = kept.map(([, { offset, length }]) =>
    bytes.subarray(offset - metadataRange.offset, offset - metadataRange.offset + length),
  );
  return { keyCount: kept.length, bytes: joinedBytes(parts) };
}

/** Where each key-value pair lies in the file, from the key on. */
export function pairRanges({
  metadata,
  metadataRange,
}: Pick<GgufHeader, 'metadata' | 'metadataRange'>): Map<string, ByteRange> {
  let start = metadataRange.offset;
  return new Map(
    [...metadata].map(([key, { range }]) => {
      const offset = start;
      start = range.offset + range.length;
      return [key, { offset, length: start - offset }];
    }),
  );
}

/**
 * True for the keys that describe the shards of a split file; llama-quantize drops them when it writes a
 * single file.
 */
export function isSplitKey(key: string): boolean {
  return key === 'split.no' || key === 'split.count' || key === 'split.tensors.count';
}

/** The metadata with the value of one integer key replaced in place; unchanged when there is no such key. */
export function withInteger(
  metadata: RawMetadata,
  { metadata: values, metadataRange }: Pick<GgufHeader, 'metadata' | 'metadataRange'>,
  { key, value }: { key: string; value: number },
): RawMetadata {
  const entry = values.get(key);
  if (entry === undefined) return metadata;
  const bytes = metadata.bytes.slice();
  const view = new DataView(bytes.buffer);
  const at = entry.range.offset - metadataRange.offset + 4;
  if (entry.type === 'int32' || entry.type === 'uint32') view.setUint32(at, value, true);
  else if (entry.type === 'int16' || entry.type === 'uint16') view.setUint16(at, value, true);
  else
    throw headerError(
      'GGUF_METADATA_VALUE',
      `'${key}' is of type ${entry.type}, which is no integer that llama.cpp writes there`,
    );
  return { ...metadata, bytes };
}

/** The metadata with the value of one key replaced by a list of strings, in the place of the old one. */
export function withStrings(
  metadata: RawMetadata,
  header: Pick<GgufHeader, 'metadata' | 'metadataRange'>,
  { key, values }: { key: string; values: readonly string[] },
): RawMetadata {
  const range = header.metadata.get(key)?.range;
  if (range === undefined) return metadata;
  const from = range.offset - header.metadataRange.offset;
  const parts = [
    metadata.bytes.subarray(0, from),
    stringsBytes(values),
    metadata.bytes.subarray(from + range.length),
  ];
  return { ...metadata, bytes: joinedBytes(parts) };
}

/** An array of strings from its type on (follows gguf_writer_base of ggml/src/gguf.cpp). */
function stringsBytes(values: readonly string[]): Uint8Array {
  const texts = values.map((value) => new TextEncoder().encode(value));
  const head = new DataView(new ArrayBuffer(16));
  head.setUint32(0, 9, true);
  head.setUint32(4, 8, true);
  head.setBigUint64(8, BigInt(values.length), true);
  return joinedBytes([
    new Uint8Array(head.buffer),
    ...texts.flatMap((text) => {
      const length = new DataView(new ArrayBuffer(8));
      length.setBigUint64(0, BigInt(text.length), true);
      return [new Uint8Array(length.buffer), text];
    }),
  ]);
}
