import type { FileHandle } from 'node:fs/promises';
import type { ByteRange, ByteSource } from '../gguf/byte-source.js';
import { readGgufHeader, type GgufHeader } from '../gguf/header/header.js';
import { changedWhileRead, openFile } from './small-file.js';

/** The checked header of a GGUF on disk. */
export function readGgufFile(path: string): Promise<GgufHeader> {
  return withFileBytes(path, readGgufHeader);
}

/**
 * Runs work that reads a file at any place; the file is open only as long as the work takes. `name` is what
 * errors call it by.
 */
export async function withFileBytes<T>(
  path: string,
  work: (source: ByteSource) => Promise<T>,
  name?: string,
): Promise<T> {
  const handle = await openFile(path);
  try {
    const { size } = await handle.stat();
    return await work({
      ...(name === undefined ? {} : { name }),
      sizeBytes: size,
      read: (offset, length) => readExactly(handle, { offset, length }, path),
    });
  } finally {
    await handle.close();
  }
}

async function readExactly(
  handle: FileHandle,
  { offset, length }: ByteRange,
  path: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw changedWhileRead(path);
    done += bytesRead;
  }
  return bytes;
}
