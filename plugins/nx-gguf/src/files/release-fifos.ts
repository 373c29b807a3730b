import { closeSync, constants, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Opens both ends of every FIFO in a directory for a moment: a tool that still waits for the other end goes
 * on, and finds that nobody is there.
 */
export async function releaseFifos(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFIFO()) continue;
    const path = join(entry.parentPath, entry.name);
    try {
      const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      closeSync(writer);
      closeSync(reader);
    } catch {
      // The FIFO is gone or belongs to another user, so no tool of ours waits on it.
    }
  }
}
