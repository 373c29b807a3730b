import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WorkEvent } from '../core/events.js';
import { oddFiles, pipe } from '../files/testing/odd-files.js';
import { manifestOf, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { fileRemote } from './file-remote.js';
import { manifestText } from '../store/actions.js';
import { longestManifestBytes, type RemoteStore } from './remote-store.js';
import { joinRemotes } from './remotes.js';
import { guard } from './testing/guard.js';
import { memoryRemote } from './testing/memory-remote.js';

const { signal } = new AbortController();
/** Longer than a test may take: nothing here waits. */
const patience = { answerMs: 60_000, stallMs: 60_000 };
const manifest = manifestOf({ 'a.gguf': 'bytes' });
const { step, actionKey } = manifest;
const blob = manifest.files[0] ?? { sha256: '', sizeBytes: 0, name: '' };

/** A shared directory, and the places of an entry and a blob in it. */
function shared(): { remote: RemoteStore; entry: string; bytes: string } {
  const root = temporaryDirectory();
  const entry = join(root, 'ac', actionKey.slice(0, 2), `${actionKey}.json`);
  const bytes = join(root, 'cas', blob.sha256.slice(0, 2), blob.sha256);
  for (const path of [entry, bytes]) mkdirSync(dirname(path), { recursive: true });
  return { remote: fileRemote(root), entry, bytes };
}

describe('what is no file in a shared directory', () => {
  it.each(oddFiles)('%s is no entry, and no blob', async (_, put) => {
    const { remote, entry, bytes } = shared();
    put(entry);
    put(bytes);
    await expect(remote.readAction(actionKey, signal)).rejects.toMatchObject({ kind: 'malformed' });
    await expect(remote.readBlob(blob.sha256, 0, signal)).rejects.toMatchObject({ kind: 'malformed' });
    await expect(remote.hasBlob(blob.sha256, signal).catch(() => false)).resolves.toBe(false);
  });

  it('is told with the name of the remote, once, and the next one is asked', async () => {
    const { remote, entry, bytes } = shared();
    pipe(entry);
    pipe(bytes);
    const other = memoryRemote();
    other.actions.set(actionKey, manifestText(manifest));
    other.blobs.set(blob.sha256, Buffer.from('bytes'));
    const store = temporaryStore();
    const told: WorkEvent[] = [];
    const guards = [remote, other].map((one, index) =>
      guard(one, { store, run: 'r', name: `remote ${index}`, patience }),
    );
    const report = (event: WorkEvent): number => told.push(event);
    const remotes = joinRemotes({ store, remotes: guards, sharesSources: true, report, signal });
    const expected = { step, actionKey, inputs: [], toolchain: null };
    await expect(remotes.findAction(expected)).resolves.toEqual(manifest);
    await expect(remotes.bring(manifest.files)).resolves.toBe(true);
    await expect(remotes.bring(manifest.files)).resolves.toBe(true);
    const warnings = [...told, ...guards.flatMap((one) => one.told)].filter(({ type }) => type === 'warning');
    expect(warnings).toMatchObject([
      { type: 'warning', message: `remote 0: a manifest of ${step} was refused: what lies there is no file` },
      { type: 'warning', message: 'remote 0: a.gguf is not brought: what lies there is no file; refused' },
    ]);
  });
});

describe('an entry of a shared directory', () => {
  it.each<[string, (path: string) => void, RegExp]>([
    [
      'that is too long',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, longestManifestBytes + 1);
      },
      /longer than/,
    ],
    [
      'that is no UTF-8',
      (path) => {
        writeFileSync(path, Buffer.from('{"a":"\xe8"}', 'latin1'));
      },
      /not in UTF-8/,
    ],
  ])('%s is not read', async (_, put, message) => {
    const { remote, entry } = shared();
    put(entry);
    await expect(remote.readAction(actionKey, signal)).rejects.toMatchObject({
      kind: 'malformed',
      message: expect.stringMatching(message) as string,
    });
  });

  it('may be a link to a file', async () => {
    const { remote, entry } = shared();
    writeFileSync(`${entry}.1`, '{}');
    symlinkSync(`${entry}.1`, entry);
    await expect(remote.readAction(actionKey, signal)).resolves.toBe('{}');
  });
});
