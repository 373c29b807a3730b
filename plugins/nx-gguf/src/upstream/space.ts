import prettyBytes from 'pretty-bytes';
import { GgufError } from '../core/errors.js';
import { freeBytes } from '../files/free-space.js';
import type { StoreLayout } from '../store/layout.js';

const marginBytes = 64 << 20;

/**
 * Checks that a number of bytes fits into the store before any of them is fetched.
 * @throws GgufError `DISK_FULL`
 */
export async function requireSpace(neededBytes: number, { root }: StoreLayout): Promise<void> {
  const free = await freeBytes(root);
  if (free === null || free >= neededBytes + marginBytes) return;
  const shown = (bytes: number): string => prettyBytes(bytes, { binary: true });
  throw new GgufError(
    'DISK_FULL',
    `${shown(neededBytes)} are to be fetched, and the store's file system (${root}) has ${shown(free)} left`,
    {
      hint: 'Free space, e.g. with `npx nx-gguf store gc`, or put the store elsewhere with NX_GGUF_STORE. Nothing was fetched.',
    },
  );
}
