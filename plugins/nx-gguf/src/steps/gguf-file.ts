import { open, stat } from 'node:fs/promises';
import type { ByteSource } from '../gguf/byte-source.js';
import { readGgufHeader, type GgufHeader } from '../gguf/header.js';

/** The checked header of a GGUF on disk. */
export function readGgufFile(path: string): Promise<GgufHeader> {
  return withFileSource(path, readGgufHeader);
}

/** Runs work that reads a file at any place; the file is open only as long as the work takes. */
export async function withFileSource<T>(path: string, work: (source: ByteSource) => Promise<T>): Promise<T> {
  const { size } = await stat(path);
  const handle = await open(path, 'r');
  const source: ByteSource = {
    sizeBytes: size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new Error(`${path} ended at byte ${offset + done} while it was read`);
        done += bytesRead;
      }
      return bytes;
    },
  };
  try {
    return await work(source);
  } finally {
    await handle.close();
  }
}
