import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isProcessFileName, ownerOf } from 'nx-gguf/store';

const abandonedMs = 3_600_000;

/**
 * Removes what servers that were killed had received so far. Another machine's processes cannot be asked for,
 * so their files get an hour.
 */
export async function removeAbandoned(staging: string): Promise<void> {
  for (const name of await readdir(staging)) {
    const owner = isProcessFileName(name) ? ownerOf(name) : 'runs';
    const info = await stat(join(staging, name)).catch(() => null);
    const isOld = (info?.mtimeMs ?? Infinity) < Date.now() - abandonedMs;
    if (owner === 'gone' || (owner === 'unknown' && isOld)) await rm(join(staging, name), { force: true });
  }
}
