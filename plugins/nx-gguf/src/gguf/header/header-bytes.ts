import type { ByteSource } from '../byte-source.js';
import { readGgufHeader, type GgufHeader } from './header.js';

const pieceBytes = 4 * 1024 * 1024;

/** A header with its own bytes: everything before the tensor data. */
export interface HeaderBytes {
  readonly header: GgufHeader;
  readonly bytes: Uint8Array;
}

/**
 * Reads and checks a header and keeps its bytes. What was read once is not read again; tensor data is not
 * kept.
 */
export async function readHeaderBytes(source: ByteSource): Promise<HeaderBytes> {
  const parts: { offset: number; bytes: Uint8Array }[] = [];
  const header = await readGgufHeader({
    sizeBytes: source.sizeBytes,
    read: async (offset, length) => {
      const bytes = await source.read(offset, length);
      parts.push({ offset, bytes });
      return bytes;
    },
  });
  const bytes = new Uint8Array(header.dataOffset);
  let end = 0;
  const fill = async (to: number): Promise<void> => {
    for (; end < to; end += Math.min(pieceBytes, to - end))
      bytes.set(await source.read(end, Math.min(pieceBytes, to - end)), end);
  };
  // The reader moves forward only, so its windows are in order; what it skipped lies between them.
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const from = Math.min(part.offset, header.dataOffset);
    await fill(from);
    const kept = part.bytes.subarray(0, Math.max(0, header.dataOffset - from));
    bytes.set(kept, from);
    end = Math.max(end, from + kept.length);
  }
  await fill(header.dataOffset);
  return { header, bytes };
}
