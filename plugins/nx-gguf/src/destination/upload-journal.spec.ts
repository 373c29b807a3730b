import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { unprivileged } from '../files/testing/unprivileged.js';
import { downloadsDirectory } from '../store/downloads.js';
import type { StoreLayout } from '../store/layout.js';
import { put, temporaryStore } from '../store/testing/temporary-store.js';
import { uploadJournal } from './upload-journal.js';

const oid = sha256('file');
const action = { href: 'https://hub/complete', header: { chunk_size: '5', '1': 'https://hub/part' } };

function journalOf(store: StoreLayout): string {
  return join(downloadsDirectory(store), `upload-${sha256(`me/model\n${oid}`)}.ndjson`);
}

(process.platform === 'win32' ? it.skip : it)(
  'in a store of a group, an upload that another user began is none of ours, and shuts nobody out',
  async () => {
    const store = temporaryStore();
    chmodSync(store.root, 0o2777);
    const umask = process.umask(0o022);
    try {
      const journal = uploadJournal(store, 'me/model');
      await journal.resume({ oid, sizeBytes: 9 }, action);
      await journal.sent('https://hub/part', 'tag');
      expect((statSync(downloadsDirectory(store)).mode & 0o7777).toString(8)).toBe('2775');
      // The journal has addresses to upload to: its owner alone may read it.
      chmodSync(journalOf(store), 0o000);
      chmodSync(downloadsDirectory(store), 0o777);
      await unprivileged(async () => {
        const theirs = uploadJournal(store, 'me/model');
        expect(await theirs.resume({ oid, sizeBytes: 9 }, action)).toEqual({ action, sentParts: 0 });
        await theirs.sent('https://hub/part', 'tag');
        expect((await uploadJournal(store, 'me/model').resume({ oid, sizeBytes: 9 }, action)).sentParts).toBe(
          1,
        );
      });
    } finally {
      process.umask(umask);
    }
  },
);

it('an upload whose notes are cut is begun anew', async () => {
  const store = temporaryStore();
  put(journalOf(store), '{"format":');
  expect(await uploadJournal(store, 'me/model').resume({ oid, sizeBytes: 9 }, action)).toEqual({
    action,
    sentParts: 0,
  });
});
