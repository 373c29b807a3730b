import { open, stat } from 'node:fs/promises';
import type { ByteSource } from '../gguf/byte-source.js';
import { readGgufHeader, type GgufHeader } from '../gguf/header.js';

/** The checked header of a GGUF on disk. */
export async function readGgufFile(path: string): Promise<GgufHeader> {
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
    return await readGgufHeader(source);
  } finally {
    await handle.close();
  }
}
