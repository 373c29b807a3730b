import { utimes } from 'node:fs/promises';
import { systemErrorCode } from '../core/errors.js';
import { writeDurably } from './durable.js';
import { readSmallText } from './small-file.js';

/**
 * Notes the use of a small file in its mtime, where that can be noted. Nobody may set the times of another user's
 * file, so in a store that a group shares that one is replaced by a copy.
 */
export async function noteUse(path: string): Promise<void> {
  const now = new Date();
  try {
    await utimes(path, now, now);
  } catch (error) {
    if (systemErrorCode(error) !== 'EPERM') return;
    await readSmallText(path)
      .then((text) => writeDurably(path, text))
      .catch(() => undefined);
  }
}
