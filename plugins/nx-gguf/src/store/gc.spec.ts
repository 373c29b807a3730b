import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { outsideState } from '../files/file-state.js';
import { findAction, manifestText, putAction } from './actions.js';
import { checkedBlob } from './blobs.js';
import { collectGarbage, type GcOptions } from './gc.js';
import type { StoreLayout } from './layout.js';
import { quarantineBlob } from './quarantine.js';
import { endedProcess, nameOf } from './testing/other-process.js';
import {
  adopt,
  age,
  idOf,
  leftovers,
  manifestOf,
  put,
  temporaryDirectory,
  temporaryStore,
} from './testing/temporary-store.js';
import { withWorkDir } from './work-dir.js';

const day = 86_400_000;
const hour = 3_600_000;

/** An action with its files, last used some time ago. */
async function done(
  layout: StoreLayout,
  files: Readonly<Record<string, string>>,
  { usedMs, ...changes }: { usedMs: number } & Partial<Manifest>,
): Promise<Manifest> {
  for (const text of Object.values(files)) await adopt(layout, text);
  const manifest = manifestOf(files, changes);
  await putAction(layout, manifest);
  for (const path of [
    layout.action(manifest.actionKey),
    ...manifest.files.flatMap(({ sha256 }) => [layout.blob(sha256), layout.blobRecord(sha256)]),
  ])
    age(path, usedMs);
  return manifest;
}

/** Collects with the defaults of the command: 30 days. */
function collect(
  layout: StoreLayout,
  { keepDays = 30, ...options }: Partial<GcOptions> & { keepDays?: number } = {},
) {
  const nowMs = Date.now();
  return collectGarbage(layout, {
    keep: [],
    dryRun: false,
    usedSinceMs: nowMs - keepDays * day,
    nowMs,
    ...options,
  });
}

function filesOf(layout: StoreLayout): string[] {
  return readdirSync(layout.root, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('locks'))
    .sort();
}

const has = (layout: StoreLayout, text: string): boolean => existsSync(layout.blob(sha256(text)));

describe('collectGarbage', () => {
  it('of an empty store does nothing', async () => {
    await expect(collect(temporaryStore())).resolves.toEqual({
      blobs: 0,
      blobBytes: 0,
      actions: 0,
      leftovers: 0,
      tensorIndexes: 0,
      quarantined: 0,
      quarantinedBytes: 0,
      keptBlobs: 0,
      keptActions: 0,
      running: 0,
    });
  });

  it('removes what was not used for the time given, and keeps the rest with its files', async () => {
    const layout = temporaryStore();
    const old = await done(layout, { a: 'old', both: 'shared' }, { usedMs: 31 * day });
    const recent = await done(layout, { a: 'recent', both: 'shared' }, { usedMs: 29 * day });
    await expect(collect(layout)).resolves.toEqual({
      blobs: 1,
      blobBytes: 3,
      actions: 1,
      leftovers: 0,
      tensorIndexes: 0,
      quarantined: 0,
      quarantinedBytes: 0,
      keptBlobs: 2,
      keptActions: 1,
      running: 0,
    });
    await expect(findAction(layout, old.actionKey)).resolves.toBeNull();
    await expect(findAction(layout, recent.actionKey)).resolves.toEqual(recent);
    expect(['old', 'shared', 'recent'].map((text) => has(layout, text))).toEqual([false, true, true]);
    expect(filesOf(layout).filter((name) => name.includes(sha256('old')))).toEqual([]);
  });

  it('keeps an action that was found since, however old it is', async () => {
    const layout = temporaryStore();
    const old = await done(layout, { a: 'old' }, { usedMs: 31 * day });
    await findAction(layout, old.actionKey);
    await expect(collect(layout)).resolves.toMatchObject({ actions: 0, blobs: 0 });
  });

  it.each(['workspace', 'dist', 'manifest'])(
    'keeps what the manifests of a %s name, with their inputs',
    async (kind) => {
      const layout = temporaryStore();
      const made = await done(
        layout,
        { a: 'kept' },
        {
          usedMs: 99 * day,
          provenance: {
            inputs: [{ role: 'model', name: 'm', sha256: sha256('input') }],
            toolchain: null,
            commands: [],
          },
        },
      );
      await done(layout, { b: 'input' }, { usedMs: 99 * day });
      await done(layout, { c: 'other' }, { usedMs: 99 * day });
      const workspace = temporaryDirectory();
      const manifest = put(join(workspace, 'dist/tiny/quantize/Q6_K/artifact.json'), manifestText(made));
      const keep = { workspace, dist: join(workspace, 'dist'), manifest }[kind] ?? '';
      await expect(collect(layout, { keep: [keep] })).resolves.toMatchObject({
        actions: 2,
        keptActions: 1,
        blobs: 1,
        keptBlobs: 2,
      });
      await expect(findAction(layout, made.actionKey)).resolves.toEqual(made);
      expect([has(layout, 'kept'), has(layout, 'input'), has(layout, 'other')]).toEqual([true, true, false]);
    },
  );

  it('keeps the files of all places together', async () => {
    const layout = temporaryStore();
    const keep = await Promise.all(
      ['a', 'b'].map(async (text) => {
        const made = await done(layout, { text }, { usedMs: 99 * day });
        const directory = temporaryDirectory();
        put(join(directory, 'deep/er/artifact.json'), manifestText(made));
        return directory;
      }),
    );
    await expect(collect(layout, { keep })).resolves.toMatchObject({
      actions: 0,
      blobs: 0,
      keptActions: 2,
      keptBlobs: 2,
    });
  });

  it("does not take the manifests of packages for the workspace's own", async () => {
    const layout = temporaryStore();
    const made = await done(layout, { a: 'text' }, { usedMs: 99 * day });
    const workspace = temporaryDirectory();
    put(join(workspace, 'node_modules/x/artifact.json'), manifestText(made));
    await expect(collect(layout, { keep: [workspace] })).resolves.toMatchObject({ actions: 1, blobs: 1 });
  });

  it.each([
    ['BAD_MANIFEST', '{"format": 1'],
    ['BAD_MANIFEST', '{"format": 1}'],
    ['MANIFEST_FORMAT', '{"format": 2}'],
    ['GC_KEEP_MISSING', null],
  ])('stops with %s and removes nothing when it cannot know what to keep (%#)', async (code, text) => {
    const layout = temporaryStore();
    await done(layout, { a: 'old' }, { usedMs: 99 * day });
    const before = filesOf(layout);
    const workspace = temporaryDirectory();
    const path = join(workspace, 'dist/artifact.json');
    if (text !== null) put(path, text);
    await expect(collect(layout, { keep: [text === null ? path : workspace] })).rejects.toMatchObject({
      code,
    });
    expect(filesOf(layout)).toEqual(before);
  });

  it('stops and removes nothing when the store holds actions of another version, for their files are unknown', async () => {
    const layout = temporaryStore();
    await done(layout, { a: 'old' }, { usedMs: 99 * day });
    put(layout.action(sha256('future')), '{"format": 2}');
    const before = filesOf(layout);
    await expect(collect(layout)).rejects.toMatchObject({ code: 'MANIFEST_FORMAT' });
    expect(filesOf(layout)).toEqual(before);
  });

  it('removes damaged actions, whatever their age', async () => {
    const layout = temporaryStore();
    put(layout.action(sha256('a')), '{');
    put(layout.action(sha256('b')), manifestText(manifestOf({})));
    await expect(collect(layout)).resolves.toMatchObject({ actions: 2, keptActions: 0, running: 0 });
  });

  it('removes damaged blobs from quarantine when they are as old as what is not kept', async () => {
    const layout = temporaryStore();
    const { sha256: digest } = await adopt(layout, 'damaged');
    const seen = await outsideState(layout.blob(digest));
    if (seen !== null) await quarantineBlob(layout, digest, seen);
    await expect(collect(layout)).resolves.toMatchObject({ quarantined: 0 });
    expect(existsSync(layout.quarantined(digest))).toBe(true);
    const later = Date.now() + 31 * day;
    await expect(collect(layout, { usedSinceMs: later - 30 * day })).resolves.toMatchObject({
      quarantined: 1,
      quarantinedBytes: 7,
    });
    expect(existsSync(layout.quarantined(digest))).toBe(false);
  });

  it('as a dry run tells the same and removes nothing', async () => {
    const layout = temporaryStore();
    await done(layout, { a: 'old' }, { usedMs: 99 * day });
    await done(layout, { a: 'recent' }, { usedMs: day });
    mkdirSync(join(layout.work(sha256('x')), 'left'), { recursive: true });
    put(layout.action(sha256('y')), '{');
    const before = filesOf(layout);
    const told = await collect(layout, { dryRun: true });
    expect(filesOf(layout)).toEqual(before);
    await expect(collect(layout)).resolves.toEqual(told);
    expect(told).toEqual({
      blobs: 1,
      blobBytes: 3,
      actions: 2,
      leftovers: 1,
      tensorIndexes: 0,
      quarantined: 0,
      quarantinedBytes: 0,
      keptBlobs: 1,
      keptActions: 1,
      running: 0,
    });
    await expect(collect(layout)).resolves.toMatchObject({ blobs: 0, actions: 0, leftovers: 0 });
  });

  it('to keep nothing empties the store', async () => {
    const layout = temporaryStore();
    await done(layout, { a: 'text' }, { usedMs: 10 });
    await adopt(layout, 'nameless');
    age(layout.blobRecord(sha256('nameless')), 10);
    await collect(layout, { keepDays: 0 });
    expect(filesOf(layout).filter((name) => /[0-9a-f]{64}/.test(name))).toEqual([]);
  });
});

describe('collectGarbage and running steps', () => {
  it('keeps a blob that no action names yet for an hour', async () => {
    const layout = temporaryStore();
    for (const text of ['young', 'old']) await adopt(layout, text);
    for (const path of [layout.blob(sha256('old')), layout.blobRecord(sha256('old'))]) age(path, 2 * hour);
    await expect(collect(layout)).resolves.toMatchObject({ blobs: 1, keptBlobs: 1 });
    expect(has(layout, 'young')).toBe(true);
  });

  it('keeps an old blob that a step has just made again', async () => {
    const layout = temporaryStore();
    await adopt(layout, 'again');
    for (const path of [layout.blob(sha256('again')), layout.blobRecord(sha256('again'))])
      age(path, 99 * day);
    await adopt(layout, 'again');
    await expect(collect(layout)).resolves.toMatchObject({ blobs: 0, keptBlobs: 1 });
  });

  it('keeps an old blob that a step has just found', async () => {
    const layout = temporaryStore();
    await done(layout, { a: 'input' }, { usedMs: 99 * day });
    await checkedBlob(layout, idOf('input'));
    await expect(collect(layout)).resolves.toMatchObject({ actions: 1, blobs: 0, keptBlobs: 1 });
  });

  it('keeps what a running step has adopted even when told to keep nothing', async () => {
    const layout = temporaryStore();
    const key = sha256('action');
    await withWorkDir(layout, key, {
      work: async () => {
        await adopt(layout, 'result');
        age(layout.blobRecord(sha256('result')), 60_000);
        await expect(collect(layout, { keepDays: 0 })).resolves.toMatchObject({ blobs: 0, keptBlobs: 1 });
      },
    });
    await expect(collect(layout, { keepDays: 0 })).resolves.toMatchObject({ blobs: 1 });
  });

  it('leaves the directory of a running step alone', async () => {
    const layout = temporaryStore();
    await withWorkDir(layout, sha256('action'), {
      work: async (directory) => {
        put(join(directory, 'half'), '');
        await expect(collect(layout, { keepDays: 0 })).resolves.toMatchObject({ leftovers: 0 });
        expect(existsSync(join(directory, 'half'))).toBe(true);
      },
    });
  });

  it('removes what killed runs left: work directories and temporary files, not those of a process that runs', async () => {
    const layout = temporaryStore();
    const gone = nameOf(endedProcess());
    const runs = nameOf(process.pid);
    put(join(layout.work(sha256('x')), gone, 'deep/half'), '');
    put(`${layout.action(sha256('y'))}.${gone}.tmp`, '');
    put(`${layout.blobRecord(sha256('y'))}.${gone}.tmp`, '');
    put(`${layout.format}.${gone}.tmp`, '');
    put(`${layout.external(sha256('y'))}.${runs}.tmp`, '');
    await expect(collect(layout)).resolves.toMatchObject({ leftovers: 4, blobs: 0, actions: 0 });
    expect(leftovers(layout)).toEqual([
      `external/${sha256('y').slice(0, 2)}/${sha256('y')}.json.${runs}.tmp`,
    ]);
  });

  it('waits for no lock, but takes one whose process died', async () => {
    const layout = temporaryStore();
    const key = sha256('x');
    put(join(layout.work(key), nameOf(endedProcess()), 'half'), '');
    mkdirSync(`${layout.actionLock(key)}.lock`, { recursive: true });
    await expect(collect(layout)).resolves.toMatchObject({ leftovers: 0 });
    utimesSync(`${layout.actionLock(key)}.lock`, 1, 1);
    await expect(collect(layout)).resolves.toMatchObject({ leftovers: 1 });
    expect(leftovers(layout)).toEqual([]);
  });

  it('keeps an action that was used while the store was read', async () => {
    const layout = temporaryStore();
    const made = await done(layout, { a: 'text' }, { usedMs: 99 * day });
    // As if the collection had begun a minute ago, and the use came between its first look and its last.
    const nowMs = Date.now() - 60_000;
    const found = collectGarbage(layout, { keep: [], dryRun: false, nowMs, usedSinceMs: Date.now() + day });
    writeFileSync(layout.action(made.actionKey), manifestText(made));
    await expect(found).resolves.toMatchObject({ actions: 0, keptActions: 1, keptBlobs: 1 });
  });
});
