import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { putAction } from '../store/actions.js';
import { endedProcess, nameOf } from '../store/testing/other-process.js';
import { manifestOf, put, temporaryStore } from '../store/testing/temporary-store.js';
import { removeOldJournals } from './old-journals.js';
import { breakerState } from './breaker-state.js';
import { uploadJournal } from './upload-journal.js';

const day = 86_400_000;
const now = Date.now();
const old = { usedSinceMs: now - 30 * day, nowMs: now, dryRun: false };
const store = temporaryStore();
const known = manifestOf({ a: 'x' });
const uploads = join(store.root, 'uploads');
const pending = (): string[] =>
  readdirSync(uploads, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.'))
    .map((name) =>
      name.replace(
        /^.*\/([0-9a-f]{4})[0-9a-f]*\.(.*)$/,
        (_, key: string, owner: string) => `${key} ${owner === 'left' ? 'left' : 'owned'}`,
      ),
    )
    .sort();

function age(path: string, daysAgo: number): void {
  const then = new Date(now - daysAgo * day);
  utimesSync(path, then, then);
}

it('of uploads goes what is too old, or whose result is gone, and nothing that is under way', async () => {
  await putAction(store, known);
  const journal = uploadJournal(store, 'file:///shared');
  await journal.begin(sha256('under way'));
  const [remote = ''] = readdirSync(uploads);
  for (const key of [known.actionKey, sha256('gone')]) put(join(uploads, remote, `${key}.left`), '');
  age(put(join(uploads, remote, `${known.actionKey}.${nameOf(endedProcess())}`), ''), 40);
  const [kept, mine] = [known.actionKey.slice(0, 4), sha256('under way').slice(0, 4)];
  await expect(removeOldJournals(store, { ...old, dryRun: true })).resolves.toBe(2);
  expect(pending()).toHaveLength(4);
  await expect(removeOldJournals(store, old)).resolves.toBe(2);
  expect(pending()).toEqual([`${kept} left`, `${mine} owned`].sort());
});

it('of runs goes what is older than a day', async () => {
  const [before, today] = ['before', 'today'].map((run) =>
    breakerState(store, { remote: 'file:///shared', run, nowMs: () => now }),
  );
  await before?.add('down');
  const [name = ''] = readdirSync(join(store.root, 'remotes'));
  await today?.add('down');
  age(join(store.root, 'remotes', name), 2);
  await expect(removeOldJournals(store, old)).resolves.toBe(1);
  expect(existsSync(join(store.root, 'remotes', name))).toBe(false);
  await expect(today?.has('down')).resolves.toBe(true);
});

it('nothing goes where there is nothing', async () => {
  await expect(removeOldJournals(temporaryStore(), old)).resolves.toBe(0);
});
