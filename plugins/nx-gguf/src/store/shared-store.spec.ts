import { jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { otherProcess } from './testing/other-process.js';
import { age, temporaryDirectory } from './testing/temporary-store.js';

// Each user is a process of its own; a loaded machine takes its time.
jest.setTimeout(60_000);

const group = 65_510;
const users = [65_501, 65_502];

/** Why there cannot be two users here, or null. */
function lacking(): string | null {
  if (process.getuid?.() !== 0) return 'only root can become other users';
  const own = { uid: users[0], gid: users[0] };
  const read = `require('node:fs').readdirSync(${JSON.stringify(join(import.meta.dirname, '../../../../node_modules'))})`;
  return spawnSync(process.execPath, ['-e', read], own).status === 0
    ? null
    : 'other users cannot read this directory, or not start Node';
}

const reason = lacking();
const suite = reason === null ? describe : describe.skip;

/** The directory of a store, and a file beside it that all may read. */
function rootOf(mode: number, ownGroup = group): string {
  const base = temporaryDirectory();
  chmodSync(base, 0o755);
  writeFileSync(join(base, 'outside'), 'a source of everybody');
  age(join(base, 'outside'), 60_000);
  const root = join(base, 'store');
  mkdirSync(root);
  chownSync(root, users[0] ?? 0, ownGroup);
  chmodSync(root, mode);
  return root;
}

/** What a user could not do in a store. */
async function problems(root: string, index: number, umask: number): Promise<[string, string | null][]> {
  const uid = users[index];
  const options = { uid, gid: uid, group, umask, index };
  const child = otherProcess('use-shared-store', root, JSON.stringify(options));
  const outcome = JSON.parse(await child.line()) as Record<string, string | null>;
  return Object.entries(outcome).filter(([, problem]) => problem !== null);
}

/** An hour passes. */
function ageRecords(root: string): void {
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.json')) age(join(root, path), 3_600_000);
}

suite(`two users of a group${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  it.each([
    ['022', '077'],
    ['077', '027'],
    ['002', '002'],
  ])('share a store under the umasks %s and %s', async (...umasks) => {
    const [one = 0, other = 0] = umasks.map((text) => parseInt(text, 8));
    const root = rootOf(0o2770);
    expect(await problems(root, 0, one)).toEqual([]);
    ageRecords(root);
    expect(await problems(root, 1, other)).toEqual([]);
    // A directory that one of them made is for both, and nobody may write to a blob.
    for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const { gid, mode } = lstatSync(join(root, path));
      expect([path, gid]).toEqual([path, group]);
      const [, , , name = ''] = /^blobs\/((..)\/)?([0-9a-f]{64})$/.exec(path) ?? [];
      if (name !== '') expect([path, (mode & 0o777).toString(8)]).toEqual([path, '444']);
    }
  });

  it('are told how to share one that is not made for it', async () => {
    const root = rootOf(0o755, users[0]);
    expect(await problems(root, 0, 0o022)).toEqual([]);
    chmodSync(root, 0o2770);
    chownSync(root, users[0] ?? 0, group);
    const [[operation, problem] = []] = await problems(root, 1, 0o022);
    expect(operation).toBe('open');
    expect(problem).toMatch(/^STORE_UNWRITABLE \| .*actions, blobs/);
    // The line that mends it, as it is told.
    const line = /(chgrp .* \+) ;/.exec(problem ?? '')?.[1]?.replace('GROUP', String(group)) ?? 'false';
    expect(spawnSync('sh', ['-c', line]).status).toBe(0);
    expect(await problems(root, 1, 0o022)).toEqual([]);
  });
});
