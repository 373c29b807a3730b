import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import type { WorkEvent } from '../core/events.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { findAction, putAction } from '../store/actions.js';
import { discardBlob, findBlob } from '../store/blobs.js';
import { referToFile } from '../store/external.js';
import type { StoreLayout } from '../store/layout.js';
import { requireSound } from '../store/sound-blob.js';
import {
  adopt,
  flipBit,
  manifestOf,
  put,
  temporaryDirectory,
  temporaryStore,
} from '../store/testing/temporary-store.js';
import type { Patience } from './breaker.js';
import type { ExpectedAction } from './remote-manifest.js';
import { manifestText } from '../store/actions.js';
import { RemoteFailure, type RemoteStore } from './remote-store.js';
import { joinRemotes, type Remotes } from './remotes.js';
import { guard, type Guard } from './testing/guard.js';
import { memoryRemote, type MemoryRemote } from './testing/memory-remote.js';

const texts = { 'a.gguf': 'first file', 'b.gguf': 'second file' };
const manifest = manifestOf(texts);
const { step, actionKey } = manifest;
const expected: ExpectedAction = { step, actionKey, inputs: [], toolchain: null };

/** A machine with a store, and remotes that it shares. */
interface Machine {
  store: StoreLayout;
  remotes: Remotes;
  guards: Guard[];
  told: WorkEvent[];
}

function machine(
  shared: readonly RemoteStore[],
  {
    store = temporaryStore(),
    run = 'run',
    mayWrite = true,
    sharesSources = true,
    patience = {},
    signal,
  }: {
    store?: StoreLayout;
    run?: string;
    mayWrite?: boolean;
    sharesSources?: boolean;
    patience?: Partial<Patience>;
    signal?: AbortSignal;
  } = {},
): Machine {
  const told: WorkEvent[] = [];
  const guards = shared.map((remote, index) =>
    guard(remote, { store, run, mayWrite, patience, name: `remote ${index}` }),
  );
  return {
    store,
    guards,
    told,
    remotes: joinRemotes({
      store,
      remotes: guards,
      sharesSources,
      report: (event) => told.push(event),
      signal,
    }),
  };
}

/** Has the artifact made on a machine, and shares it. */
async function make({ store, remotes }: Machine, made: Manifest = manifest): Promise<void> {
  for (const text of Object.values(texts)) await adopt(store, text);
  await putAction(store, made);
  await remotes.offer(made);
  await remotes.finish();
}

const warnings = (told: readonly WorkEvent[]): string[] =>
  told.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
const pending = ({ store }: Machine): number =>
  existsSync(join(store.root, 'uploads'))
    ? readdirSync(join(store.root, 'uploads'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.includes('.'),
      ).length
    : 0;

describe('what one machine made', () => {
  it('is asked after without bringing it: only what no remote has is lacking', async () => {
    const [near, far] = [memoryRemote(), memoryRemote()];
    await make(machine([far]));
    const down: RemoteStore = {
      ...memoryRemote(),
      hasBlob: () => Promise.reject(new RemoteFailure('unavailable', 'the connection was refused')),
    };
    const { remotes, store } = machine([near, down, far]);
    const gone = { name: 'c.gguf', sha256: sha256('third file'), sizeBytes: 10 };
    await expect(remotes.lacking([...manifest.files, gone])).resolves.toEqual([gone]);
    expect([far.sentBytes(), existsSync(store.blobs)]).toEqual([0, false]);
  });

  it('is known to another, which brings the files when they are read, and not before', async () => {
    const remote = memoryRemote();
    await make(machine([remote]));
    const other = machine([remote]);
    await expect(other.remotes.findAction(expected)).resolves.toEqual(manifest);
    expect(remote.sentBytes()).toBe(remote.actions.get(actionKey)?.length);
    await expect(findAction(other.store, actionKey)).resolves.toEqual(manifest);
    const [first] = manifest.files;
    await expect(other.remotes.bring(first === undefined ? [] : [first])).resolves.toBe(true);
    expect(remote.sentBytes()).toBe((remote.actions.get(actionKey)?.length ?? 0) + texts['a.gguf'].length);
    await other.remotes.bring(manifest.files);
    for (const file of manifest.files)
      expect(readFileSync((await findBlob(other.store, file)) ?? '', 'utf8')).toBe(
        texts[file.name as keyof typeof texts],
      );
  });

  it('is not uploaded again where it is', async () => {
    const remote = memoryRemote();
    await make(machine([remote]));
    let written = 0;
    const counting: RemoteStore = {
      ...remote,
      writeBlob: (blob, signal) => {
        written++;
        return remote.writeBlob(blob, signal);
      },
    };
    await make(machine([counting]));
    expect(written).toBe(0);
  });

  it('is uploaded by wish where it otherwise stays', async () => {
    const remote = memoryRemote();
    const here = machine([remote]);
    const base = { ...manifest, step: 'kld-base' };
    await make(here, base);
    expect(remote.actions.size).toBe(0);
    await here.remotes.offer(base, { isWished: true });
    await here.remotes.finish();
    expect(remote.blobs.size).toBe(base.files.length);
    expect([...remote.actions.keys()]).toEqual([actionKey]);
  });

  it.each<[string, Partial<Manifest>, boolean, boolean]>([
    ['a result', {}, false, true],
    ['what a program made', { step: 'fetch', facts: { source: { type: 'command' } } }, false, true],
    [
      'a source that others can fetch',
      { step: 'fetch', facts: { source: { type: 'huggingface' } } },
      true,
      true,
    ],
    ['a source that others can fetch', { step: 'fetch', facts: { source: { type: 'url' } } }, false, false],
    ['a reference', { step: 'reference' }, true, true],
    ['a reference', { step: 'reference' }, false, false],
    ['what lies on a disk', { step: 'fetch', facts: { source: { type: 'path' } } }, true, false],
    ['kept base logits', { step: 'kld-base' }, true, false],
  ])(
    '%s, %j, is uploaded when sources are shared (%s): %s',
    async (_, changes, ...[sharesSources, isThere]) => {
      const remote = memoryRemote();
      await make(machine([remote], { sharesSources }), { ...manifest, ...changes });
      expect(remote.actions.has(actionKey)).toBe(isThere);
      expect(remote.blobs.size).toBe(isThere ? 2 : 0);
    },
  );

  it('is not uploaded to what may only be read', async () => {
    const remote = memoryRemote();
    await make(machine([remote], { mayWrite: false }));
    expect([remote.actions.size, remote.blobs.size]).toEqual([0, 0]);
  });

  it('is not shared without all of its files', async () => {
    const remote = memoryRemote();
    const here = machine([remote]);
    const outside = await referToFile(
      here.store,
      put(join(temporaryDirectory(), 'model.safetensors'), 'weights that stay where they are'),
    );
    await make(here, { ...manifest, files: [...manifest.files, { name: 'model.safetensors', ...outside }] });
    expect(remote.actions.size).toBe(0);
    expect(remote.blobs.has(outside.sha256)).toBe(false);
    expect(pending(here)).toBe(0);
  });

  it('is not uploaded when it is damaged by now; a later run uploads it when it was made again', async () => {
    const remote = memoryRemote();
    const here = machine([remote]);
    const [file = { name: '', ...(await adopt(here.store, texts['a.gguf'])) }] = manifest.files;
    const path = here.store.blob(file.sha256);
    await adopt(here.store, texts['a.gguf']);
    // Else it would be read, and replaced, as soon as the same bytes are made.
    await requireSound(here.store, file);
    flipBit(path, 3);
    await make(here);
    expect(remote.blobs.has(file.sha256)).toBe(false);
    expect(remote.actions.size).toBe(0);
    expect(existsSync(path)).toBe(false);
    expect(warnings(here.told)).toEqual([
      expect.stringMatching(
        /^a\.gguf \(blob [0-9a-f]{64}\) is damaged in the store: .*; it was not uploaded to /,
      ),
    ]);
    expect(existsSync(here.store.quarantined(file.sha256))).toBe(true);
    expect(pending(here)).toBe(1);
  });

  it('goes up again when the remote says that it lacks what it said it has', async () => {
    const remote = memoryRemote();
    let lies = 2;
    const lying: RemoteStore = {
      ...remote,
      hasBlob: (digest, signal) => (lies-- > 0 ? Promise.resolve(true) : remote.hasBlob(digest, signal)),
      writeAction: (key, text, signal) => {
        const missing = manifest.files
          .map((file) => file.sha256)
          .filter((digest) => !remote.blobs.has(digest));
        return missing.length > 0
          ? Promise.reject(new RemoteFailure('incomplete', 'it lacks files', { missing }))
          : remote.writeAction(key, text, signal);
      },
    };
    await make(machine([lying]));
    expect([remote.blobs.size, remote.actions.size]).toEqual([2, 1]);
  });
});

describe('a remote that fails', () => {
  const down = (): RemoteStore => {
    const fail = () => Promise.reject(new RemoteFailure('unavailable', 'the connection was refused'));
    return {
      hasBlob: fail,
      readBlob: fail,
      writeBlob: fail,
      readAction: fail,
      writeAction: fail,
      close: () => Promise.resolve(),
    };
  };

  it('costs one warning, and neither a result nor its upload to others', async () => {
    const sound = memoryRemote();
    const here = machine([down(), sound]);
    await expect(here.remotes.findAction(expected)).resolves.toBeNull();
    await make(here);
    expect(here.guards.flatMap((remote) => remote.warnings())).toEqual([
      'remote 0: the connection was refused; going on without it',
    ]);
    expect(sound.actions.size).toBe(1);
  });

  it('costs no more where the store takes no notes, as on a full disk; what works gets the result', async () => {
    const sound = memoryRemote();
    const here = machine([down(), sound]);
    for (const name of ['uploads', 'remotes']) writeFileSync(join(here.store.root, name), 'in the way');
    await expect(here.remotes.findAction(expected)).resolves.toBeNull();
    await make(here);
    expect(here.guards.flatMap((remote) => remote.warnings())).toEqual([
      'remote 0: the connection was refused; going on without it',
    ]);
    expect(sound.actions.size).toBe(1);
  });

  it('gets what it missed from the next run in which it works', async () => {
    const remote = memoryRemote();
    let isUp = false;
    const flaky: RemoteStore = {
      ...remote,
      writeBlob: (blob, signal) =>
        isUp
          ? remote.writeBlob(blob, signal)
          : Promise.reject(new RemoteFailure('unavailable', 'it answered 503')),
    };
    const here = machine([flaky]);
    await make(here);
    expect([remote.actions.size, pending(here)]).toEqual([0, 1]);
    isUp = true;
    const later = machine([flaky], { store: here.store, run: 'next' });
    await later.remotes.finish();
    expect([remote.actions.size, remote.blobs.size, pending(here)]).toEqual([1, 2, 0]);
  });

  it('is not offered again what is gone from here', async () => {
    const here = machine([down()]);
    await make(here);
    for (const { sha256: digest } of manifest.files) await discardBlob(here.store, digest);
    const remote = memoryRemote();
    const later = machine([remote], { store: here.store, run: 'next' });
    await later.remotes.finish();
    expect([remote.actions.size, pending(here)]).toEqual([0, 0]);
  });

  it('and hangs, does not keep the process', async () => {
    const hanging: RemoteStore = { ...memoryRemote(), writeBlob: () => new Promise(() => undefined) };
    const here = machine([hanging], { patience: { stallMs: 100, answerMs: 100 } });
    await make(here);
    expect(here.guards[0]?.warnings()).toEqual([
      'remote 0: nothing came from it for 0.1 s; going on without it',
    ]);
  });

  it.each([
    ['another action', manifestText(manifestOf(texts, { actionKey: sha256('other') }))],
    [
      'a path that leads out',
      manifestText({ ...manifest, files: [{ name: '../a', sha256: sha256('x'), sizeBytes: 1 }] }),
    ],
    ['no digest', JSON.stringify(manifest)],
    ['nonsense', '<html>'],
  ])('with a manifest of %s is not believed, and the next is asked', async (_, text) => {
    const [liar, honest] = [memoryRemote(), memoryRemote()];
    await make(machine([honest]));
    liar.actions.set(actionKey, text);
    const here = machine([liar, honest]);
    await expect(here.remotes.findAction(expected)).resolves.toEqual(manifest);
    expect(warnings(here.told)).toEqual([
      expect.stringMatching(/^remote 0: a manifest of quantize was refused: /),
    ]);
  });
});

describe('a near and a far remote', () => {
  const remotes = (): [MemoryRemote, MemoryRemote] => [memoryRemote(), memoryRemote()];

  it('are asked in this order', async () => {
    const [near, far] = remotes();
    await make(machine([near]));
    await make(machine([far]), manifestOf(texts, { facts: { from: 'far' } }));
    await expect(machine([near, far]).remotes.findAction(expected)).resolves.toEqual(manifest);
  });

  it('the near one is offered what came from the far one', async () => {
    const [near, far] = remotes();
    await make(machine([far]));
    const here = machine([near, far]);
    await here.remotes.findAction(expected);
    await here.remotes.bring(manifest.files);
    await here.remotes.finish();
    expect([near.actions.size, near.blobs.size]).toEqual([1, 2]);
  });

  it('but no manifest without its files, and nothing is fetched for that', async () => {
    const [near, far] = remotes();
    await make(machine([far]));
    const here = machine([near, far]);
    await here.remotes.findAction(expected);
    await here.remotes.finish();
    expect([near.actions.size, near.blobs.size]).toEqual([0, 0]);
    expect(far.sentBytes()).toBe(far.actions.get(actionKey)?.length);
  });
});

describe('finish', () => {
  it('tells how far it is, after the work and not during it', async () => {
    const remote = memoryRemote();
    const here = machine([
      {
        ...remote,
        writeBlob: async (blob, signal) => {
          await new Promise((resolve) => setTimeout(resolve, 50));
          await remote.writeBlob(blob, signal);
        },
      },
    ]);
    const bytes = randomBytes(300_000).toString('hex');
    await adopt(here.store, bytes);
    const large = manifestOf({ 'large.gguf': bytes });
    await putAction(here.store, large);
    await here.remotes.offer(large);
    expect(here.told).toEqual([]);
    await here.remotes.finish();
    expect(here.told).toContainEqual({
      type: 'progress',
      label: 'uploading to remote 0',
      done: 0,
      total: 600_000,
      unit: 'bytes',
    });
    expect(remote.actions.size).toBe(1);
  });

  it('does not begin anything after an interrupt, and what was begun is left to a later run', async () => {
    const remote = memoryRemote();
    const stop = new AbortController();
    const here = machine([{ ...remote, writeBlob: () => new Promise(() => undefined) }], {
      signal: stop.signal,
      patience: { stallMs: 200 },
    });
    for (const text of Object.values(texts)) await adopt(here.store, text);
    await putAction(here.store, manifest);
    await here.remotes.offer(manifest);
    stop.abort();
    await here.remotes.finish();
    expect([remote.actions.size, pending(here)]).toEqual([0, 1]);
  });
});

it('what does not fit on the disk is not fetched, and said so', async () => {
  const remote = memoryRemote();
  const here = machine([remote]);
  await expect(
    here.remotes.bring([{ name: 'huge.gguf', sha256: sha256('huge'), sizeBytes: Number.MAX_SAFE_INTEGER }]),
  ).resolves.toBe(false);
  expect(warnings(here.told)).toEqual([expect.stringMatching(/^8 PiB are not downloaded: .* has .* left$/)]);
});
