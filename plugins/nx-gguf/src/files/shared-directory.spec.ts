import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { openStore } from '../store/store.js';
import { withLock } from '../store/lock.js';
import { adoptBytes } from '../store/testing/temporary-store.js';
import { makeSharedDirectory } from './shared-directory.js';

const modeOf = (path: string): number => statSync(path).mode & 0o7777;
let umask: number;
beforeAll(() => {
  umask = process.umask(0o022);
});
afterAll(() => {
  process.umask(umask);
});

/** A directory with a mode, whatever the umask. */
function directory(mode: number): string {
  const path = join(temporaryDirectory(), 'parent');
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

const rows: [string, number, number][] = [
  ['of its own user', 0o755, 0o755],
  ['of a group', 0o2775, 0o2775],
  ['of a group that others may not see', 0o2770, 0o2775],
  ['of a group, without its ID', 0o775, 0o775],
  ['that is everybody’s', 0o1777, 0o755],
];
it.each(process.platform === 'win32' ? [] : rows)(
  'what is made in a directory %s',
  async (_, parent, expected) => {
    const root = directory(parent);
    await expect(makeSharedDirectory(join(root, 'a/b'))).resolves.toBe(join(root, 'a'));
    expect([modeOf(join(root, 'a')), modeOf(join(root, 'a/b'))]).toEqual([expected, expected]);
    await expect(makeSharedDirectory(join(root, 'a/b'))).resolves.toBeUndefined();
  },
);

(process.platform === 'win32' ? it.skip : it)(
  'many at once make directories in each other, each for the group, and leave nothing else',
  async () => {
    const root = directory(0o2775);
    const before = process.umask(0o077);
    try {
      const paths = Array.from({ length: 24 }, (_, index) =>
        join(root, 'a/b', String(index % 4), String(index)),
      );
      const made = await Promise.all(paths.map(makeSharedDirectory));
      expect(made).toContain(join(root, 'a'));
    } finally {
      process.umask(before);
    }
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
    expect(names).toHaveLength(1 + 1 + 4 + 24);
    for (const name of names) expect([name, modeOf(join(root, name)).toString(8)]).toEqual([name, '2770']);
  },
);

(process.platform === 'win32' ? it.skip : it)(
  'a store of a group stays one, under the umask 022',
  async () => {
    const root = directory(0o2775);
    put(join(root, 'format.json'), '{"format":1}');
    const store = await openStore(root);
    const id = await adoptBytes(store, Buffer.from('weights'));
    await withLock(store.actionLock(id.sha256), () => Promise.resolve());
    for (const path of [
      store.blobs,
      join(store.blob(id.sha256), '..'),
      join(store.actionLock(id.sha256), '..'),
    ])
      expect([path, modeOf(path).toString(8)]).toEqual([path, '2775']);
  },
);
