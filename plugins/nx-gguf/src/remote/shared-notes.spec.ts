import { chmodSync, statSync } from 'node:fs';
import { sha256 } from '../core/digest.js';
import { temporaryStore } from '../store/testing/temporary-store.js';
import { breakerState, breakerStateDirectory } from './breaker-state.js';
import { uploadJournal, uploadsDirectory } from './upload-journal.js';

(process.platform === 'win32' ? it.skip : it)(
  'notes about a remote shut nobody out of a store of a group, whatever the umask',
  async () => {
    const store = temporaryStore();
    chmodSync(store.root, 0o2775);
    const umask = process.umask(0o022);
    try {
      await uploadJournal(store, 'http://cache').begin(sha256('key'));
      await breakerState(store, { remote: 'http://cache', run: '1', nowMs: Date.now }).add('down');
    } finally {
      process.umask(umask);
    }
    for (const directory of [uploadsDirectory(store), breakerStateDirectory(store)])
      expect([directory, (statSync(directory).mode & 0o7777).toString(8)]).toEqual([directory, '2775']);
  },
);
