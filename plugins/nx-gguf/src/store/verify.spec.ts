import {
  chmodSync,
  existsSync,
  mkdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { sha256 } from '../core/digest.js';
import { manifestText, putAction } from './actions.js';
import type { StoreLayout } from './layout.js';
import { adopt, manifestOf, put, temporaryStore } from './testing/temporary-store.js';
import { listActions, listBlobs, storeUsage } from './usage.js';
import { verifyStore } from './verify.js';

const [sound, short, changed] = ['sound', 'cut short', 'changed'];
const other = sha256('other');

/**
 * A store with two damaged blobs, of which one shows it by nothing but its bytes, and a damaged action of
 * each kind.
 */
async function damagedStore(): Promise<StoreLayout> {
  const layout = temporaryStore();
  for (const text of [sound, short, changed]) {
    await adopt(layout, text);
    chmodSync(layout.blob(sha256(text)), 0o644);
  }
  truncateSync(layout.blob(sha256(short)), 2);
  const { atime, mtime } = statSync(layout.blob(sha256(changed)));
  writeFileSync(layout.blob(sha256(changed)), changed.toUpperCase());
  utimesSync(layout.blob(sha256(changed)), atime, mtime);
  await putAction(layout, manifestOf({ sound }));
  put(layout.action(sha256('garbage')), '{');
  put(layout.action(other), manifestText(manifestOf({ sound })));
  put(layout.action(sha256('future')), '{"format":2}');
  return layout;
}

const findings = {
  damagedBlobs: [short, changed].map((text) => sha256(text)).sort(),
  damagedActions: [
    { key: sha256('garbage'), reason: expect.stringMatching(/JSON/) as string },
    { key: other, reason: `it is the manifest of ${manifestOf({ sound }).actionKey}` },
  ].sort((a, b) => (a.key < b.key ? -1 : 1)),
  foreignActions: [{ key: sha256('future'), reason: expect.stringMatching(/format version 2/) as string }],
  tensors: { indexes: 0, problems: [] },
};

describe('verifyStore', () => {
  it('finds nothing in a sound store, and reads every byte', async () => {
    const layout = temporaryStore();
    await adopt(layout, sound);
    await putAction(layout, manifestOf({ sound }));
    let bytes = 0;
    await expect(
      verifyStore(layout, {
        repair: false,
        onBytes: (count) => {
          bytes += count;
        },
      }),
    ).resolves.toEqual({
      blobs: 1,
      damagedBlobs: [],
      actions: 1,
      damagedActions: [],
      foreignActions: [],
      tensors: { indexes: 0, problems: [] },
    });
    expect(bytes).toBe(sound.length);
  });

  it('names everything that is damaged, and removes nothing', async () => {
    const layout = await damagedStore();
    for (let turn = 0; turn < 2; turn++)
      await expect(verifyStore(layout, { repair: false })).resolves.toEqual({
        blobs: 3,
        actions: 4,
        ...findings,
      });
  });

  it('removes what is damaged to repair it, and neither what is sound nor what another version wrote', async () => {
    const layout = await damagedStore();
    await expect(verifyStore(layout, { repair: true })).resolves.toEqual({
      blobs: 3,
      actions: 4,
      ...findings,
    });
    await expect(verifyStore(layout, { repair: false })).resolves.toEqual({
      blobs: 1,
      damagedBlobs: [],
      actions: 2,
      damagedActions: [],
      foreignActions: findings.foreignActions,
      tensors: { indexes: 0, problems: [] },
    });
    expect(existsSync(layout.blobRecord(sha256(changed)))).toBe(false);
  });
});

describe('listBlobs and listActions', () => {
  it('see what is a blob or an action, and nothing else that lies there', async () => {
    const layout = temporaryStore();
    const { sha256: digest } = await adopt(layout, sound);
    await putAction(layout, manifestOf({ sound }));
    put(`${layout.blob(other)}.123.tmp`, '');
    put(`${layout.action(other)}.123.tmp`, '');
    put(`${layout.blobs}/README`, '');
    put(`${layout.actions}/ab/README.json`, '');
    mkdirSync(layout.blob(sha256('directory')), { recursive: true });
    const blobs = [];
    for await (const entry of listBlobs(layout)) blobs.push(entry);
    const actions = [];
    for await (const entry of listActions(layout)) actions.push(entry);
    expect(blobs).toEqual([
      { digest, sizeBytes: sound.length, usedMs: statSync(layout.blobRecord(digest)).mtimeMs },
    ]);
    expect(actions).toMatchObject([{ digest: manifestOf({ sound }).actionKey }]);
  });

  it('take the time of the last use from the record, or from the blob that has none', async () => {
    const layout = temporaryStore();
    const { sha256: digest } = await adopt(layout, sound);
    rmSync(layout.blobRecord(digest));
    for await (const { usedMs } of listBlobs(layout))
      expect(usedMs).toBe(statSync(layout.blob(digest)).mtimeMs);
  });
});

describe('storeUsage', () => {
  it('counts blobs, actions and the bytes of each toolchain', async () => {
    const layout = temporaryStore();
    await expect(storeUsage(layout)).resolves.toEqual({
      blobs: 0,
      blobBytes: 0,
      actions: 0,
      quarantined: 0,
      quarantinedBytes: 0,
      toolchains: [],
    });
    for (const text of ['12345', '678']) await adopt(layout, text);
    await putAction(layout, manifestOf({ sound }));
    put(`${layout.toolchains}/build-1/bin/llama-quantize`, 'program');
    put(`${layout.toolchains}/build-1/nx-gguf.json`, '{}');
    await expect(storeUsage(layout)).resolves.toEqual({
      blobs: 2,
      blobBytes: 8,
      actions: 1,
      quarantined: 0,
      quarantinedBytes: 0,
      toolchains: [{ name: 'build-1', sizeBytes: 9 }],
    });
  });
});
