import { statfs } from 'node:fs/promises';

/**
 * Bytes an ordinary user can still write to the file system of a path, or null where that cannot be asked.
 */
export async function freeBytes(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
