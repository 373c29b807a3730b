import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSha256, sha256, type Sha256 } from '../core/digest.js';
import type { StoreLayout } from '../store/layout.js';
import { processFileName, ownerOf } from '../files/process-file-name.js';
import { makeSharedDirectory } from '../files/shared-directory.js';

/**
 * Which results are still to be uploaded to a remote: a run that was killed, or met a remote that was down,
 * is made up for by a later one.
 */
export interface UploadJournal {
  /**
   * Notes that an action is to be uploaded by this process; call what it returns when that is done for good.
   */
  begin: (key: Sha256) => Promise<() => Promise<void>>;
  /**
   * Takes over uploads that ended processes, or processes that gave up, have left; at most the given number.
   */
  takeOver: (most: number) => Promise<{ key: Sha256; done: () => Promise<void> }[]>;
  /** Leaves an action to a later run. */
  leave: (key: Sha256) => Promise<void>;
}

const left = 'left';

/** Where the journals of all remotes are. */
export function uploadsDirectory({ root }: Pick<StoreLayout, 'root'>): string {
  return join(root, 'uploads');
}

/** The journal of uploads to a remote, in a store. */
export function uploadJournal(store: StoreLayout, remote: string): UploadJournal {
  const directory = join(uploadsDirectory(store), sha256(remote).slice(0, 32));
  const own = processFileName();
  const entry = (key: Sha256, owner: string): string => join(directory, `${key}.${owner}`);
  const done = (key: Sha256) => () => rm(entry(key, own), { force: true });
  return {
    begin: async (key) => {
      // An upload that cannot be noted, on a full disk, is made all the same; no later run repeats it when it
      // fails.
      await makeSharedDirectory(directory)
        .then(() => writeFile(entry(key, own), ''))
        .catch(() => undefined);
      return done(key);
    },
    leave: (key) => rename(entry(key, own), entry(key, left)).catch(() => undefined),
    takeOver: async (most) => {
      const taken: { key: Sha256; done: () => Promise<void> }[] = [];
      for (const name of await readdir(directory).catch(() => [])) {
        const [key = '', owner = ''] = name.split('.');
        if (taken.length >= most || !isSha256(key) || (owner !== left && ownerOf(owner) !== 'gone')) continue;
        // The process that renames the file first takes over its upload.
        const isMine = await rename(join(directory, name), entry(key, own)).then(
          () => true,
          () => false,
        );
        if (isMine) taken.push({ key, done: done(key) });
      }
      return taken;
    },
  };
}
