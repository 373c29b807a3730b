import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbandoned, isProcessFileName, ownerOf, systemErrorCode } from 'nx-gguf/store';

const abandonedMs = 3_600_000;

/**
 * Removes the files in a directory, and below it, that servers which were killed left half-written: received
 * bodies, and temporary files beside others. Another machine's processes cannot be asked for, so their files
 * get an hour.
 */
export async function removeAbandoned(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await removeAbandoned(path);
    else if (entry.isFile() && ((await isAbandoned(path)) || (await isAbandonedBody(path, entry.name))))
      await rm(path, { force: true });
  }
}

async function isAbandonedBody(path: string, name: string): Promise<boolean> {
  if (!isProcessFileName(name)) return false;
  const owner = ownerOf(name);
  if (owner !== 'unknown') return owner === 'gone';
  const info = await stat(path).catch(() => null);
  return info !== null && info.mtimeMs < Date.now() - abandonedMs;
}
