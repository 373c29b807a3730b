import { statfs } from 'node:fs/promises';

/**
 * Bytes that an ordinary user can still write to the file system of a path, or null where the system does not
 * tell.
 */
export async function freeBytes(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
