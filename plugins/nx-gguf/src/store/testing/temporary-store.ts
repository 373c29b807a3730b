import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptFile, type BlobId } from '../blobs.js';
import type { StoreLayout } from '../layout.js';
import { openStore } from '../store.js';

/** Runs a test on a new store in a temporary directory. */
export async function withStore(test: (store: StoreLayout, directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'nx-gguf-store-'));
  try {
    await test(await openStore(join(directory, 'store')), directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Puts bytes into a store. */
export async function adoptBytes(store: StoreLayout, bytes: Uint8Array): Promise<BlobId> {
  const path = join(store.root, `incoming-${bytes.length}`);
  await writeFile(path, bytes);
  return adoptFile(store, path);
}
