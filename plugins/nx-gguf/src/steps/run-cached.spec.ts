import {
  chmodSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { manifestText } from '../store/actions.js';
import { discardBlob } from '../store/blobs.js';
import { referToFile } from '../store/external.js';
import { adopt, idOf, leftovers, put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { listActions, listBlobs } from '../store/usage.js';
import { lfsPointer } from '../upstream/testing/hub-content.js';
import { runCached, readNamedFile, type Effects } from './run-cached.js';
import { actionKey, type Step, type Action, type Workbench } from './step.js';
import { testEffects } from './testing/effects.js';

const action: Action = {
  step: 'convert',
  version: 1,
  parameters: { outtype: 'auto' },
  inputs: [],
  toolchain: null,
};

/** A step that writes texts as files, and counts how often it ran. */
function writing(
  files: Readonly<Record<string, string>>,
  change: Partial<Action> = {},
): Step & { runs: number } {
  const step = {
    runs: 0,
    action: { ...action, ...change },
    run: ({ directory }: Workbench) => {
      step.runs++;
      return Promise.resolve({
        files: Object.entries(files).map(([name, text]) => ({
          name,
          path: put(join(directory, 'out', name), text),
        })),
        facts: { bitsPerWeight: 4.5 },
        commands: [['convert', 'out']],
      });
    },
  };
  return step;
}

/** A step that makes one file in its own way. */
const making = (make: (bench: Workbench) => string | Promise<string>): Step => ({
  action,
  run: async (bench) => ({ files: [{ name: 'a', path: await make(bench) }], facts: {}, commands: [] }),
});

async function count(entries: AsyncIterable<unknown>): Promise<number> {
  let total = 0;
  for await (const entry of entries) total += entry === null ? 0 : 1;
  return total;
}

const contentOf = async (effects: Effects, step: Step): Promise<string> => {
  const { manifest } = await runCached(step, effects, true);
  return readFileSync(effects.store.blob(manifest.files[0]?.sha256 ?? ''), 'utf8');
};

describe('perform', () => {
  it('runs a step, moves its files into the store and tells what they were made from', async () => {
    const effects = testEffects();
    const inputs = [{ role: 'model', name: 'm.gguf', sha256: sha256('input') }];
    const step = writing({ 'b.gguf': 'bytes', 'a/c.gguf': 'more' }, { inputs, toolchain: { build: 'id' } });
    await expect(runCached(step, effects, true)).resolves.toEqual({
      origin: 'run',
      manifest: {
        format: 1,
        step: 'convert',
        actionKey: actionKey(step.action),
        files: [
          { name: 'a/c.gguf', ...idOf('more') },
          { name: 'b.gguf', ...idOf('bytes') },
        ],
        facts: { bitsPerWeight: 4.5 },
        provenance: { inputs, toolchain: { build: 'id' }, commands: [['convert', 'out']] },
      },
    });
    expect(readFileSync(effects.store.blob(sha256('bytes')), 'utf8')).toBe('bytes');
    expect(leftovers(effects.store)).toEqual([]);
  });

  it('does not run a step again whose key is known', async () => {
    const effects = testEffects();
    const first = await runCached(writing({ a: 'text' }), effects, true);
    const again = writing({ a: 'text' });
    await expect(runCached(again, effects, true)).resolves.toEqual({
      origin: 'store',
      manifest: first.manifest,
    });
    expect(again.runs).toBe(0);
  });

  it('gives equal manifests, byte for byte, in any store', async () => {
    const texts = [];
    for (const effects of [testEffects(), testEffects()])
      texts.push(manifestText((await runCached(writing({ a: 'text' }), effects, true)).manifest));
    expect(texts[0]).toBe(texts[1]);
  });

  it('of two at once runs one, and tells the other that it waits', async () => {
    const effects = testEffects();
    const step = writing({ a: 'text' });
    const origins = (await Promise.all([runCached(step, effects, true), runCached(step, effects, true)])).map(
      ({ origin }) => origin,
    );
    expect(origins.sort()).toEqual(['run', 'store']);
    expect(step.runs).toBe(1);
    expect(effects.told).toContainEqual({
      type: 'step',
      message: 'waiting for another process that works on the same convert',
    });
  });

  it.each([
    { when: 'somebody will read them', needFiles: true, origin: 'run', runs: 2 },
    { when: 'nobody will', needFiles: false, origin: 'store', runs: 1 },
  ])('with files that are gone, and $when: $origin', async ({ needFiles, origin, runs }) => {
    const effects = testEffects();
    const step = writing({ a: 'text', b: 'other' });
    await runCached(step, effects, true);
    await discardBlob(effects.store, sha256('other'));
    await expect(runCached(step, effects, needFiles)).resolves.toMatchObject({ origin });
    expect(step.runs).toBe(runs);
    expect(existsSync(effects.store.blob(sha256('other')))).toBe(needFiles);
  });

  it('makes a damaged file again', async () => {
    const effects = testEffects();
    const step = writing({ a: 'text' });
    await runCached(step, effects, true);
    chmodSync(effects.store.blob(sha256('text')), 0o644);
    writeFileSync(effects.store.blob(sha256('text')), 'TEXT');
    await expect(runCached(step, effects, true)).resolves.toMatchObject({ origin: 'run' });
    expect(readFileSync(effects.store.blob(sha256('text')), 'utf8')).toBe('text');
  });

  it('of a step that fails keeps nothing, and the next run is complete', async () => {
    const effects = testEffects();
    const failing: Step = {
      action,
      run: ({ directory }) => {
        put(join(directory, 'half'), '');
        return Promise.reject(new Error('no'));
      },
    };
    await expect(runCached(failing, effects, true)).rejects.toThrow('no');
    expect(leftovers(effects.store)).toEqual([]);
    await expect(count(listActions(effects.store))).resolves.toBe(0);
    await expect(runCached(writing({ a: 'text' }), effects, true)).resolves.toMatchObject({ origin: 'run' });
  });

  it.each(['../a', '/a', 'a:b', 'a\\b', ''])('publishes no result with the file name %j', async (name) => {
    const effects = testEffects();
    const step: Step = {
      action,
      run: ({ directory }) =>
        Promise.resolve({
          files: [{ name, path: put(join(directory, 'a'), 'text') }],
          facts: {},
          commands: [],
        }),
    };
    await expect(runCached(step, effects, true)).rejects.toMatchObject({
      code: 'BAD_MANIFEST',
      message: expect.stringMatching(/result of convert/) as string,
    });
    await expect(count(listActions(effects.store))).resolves.toBe(0);
  });

  it('fails when a file is not there that the step claims to have made', async () => {
    await expect(
      runCached(
        making(({ directory }) => join(directory, 'missing')),
        testEffects(),
        true,
      ),
    ).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does not begin when it was interrupted', async () => {
    const step = writing({ a: 'text' });
    await expect(runCached(step, testEffects({ signal: AbortSignal.abort() }), true)).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(step.runs).toBe(0);
  });

  it('tells a full disk as such', async () => {
    const step: Step = {
      action,
      run: () => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' })),
    };
    await expect(runCached(step, testEffects(), true)).rejects.toMatchObject({ code: 'DISK_FULL' });
  });
});

describe('what a step reads', () => {
  it('is readable under relative names', async () => {
    const effects = testEffects();
    const model = { name: 'm.gguf', ...(await adopt(effects.store, 'weights')) };
    const step = making(async ({ directory, input }) => {
      await input(model, 'model/deep/m.gguf');
      return put(
        join(directory, 'out'),
        readFileSync(join(directory, 'model/deep/m.gguf'), 'utf8').toUpperCase(),
      );
    });
    await expect(contentOf(effects, step)).resolves.toBe('WEIGHTS');
    expect(readFileSync(effects.store.blob(model.sha256), 'utf8')).toBe('weights');
  });

  it('is asked for when the step asks, and its absence is told', async () => {
    const step = making(async ({ input, directory }) => {
      await input({ name: 'm.gguf', ...idOf('weights') }, 'm.gguf');
      return directory;
    });
    await expect(runCached(step, testEffects(), true)).rejects.toMatchObject({
      code: 'BLOB_MISSING',
      message: 'm.gguf',
    });
  });

  it('cannot be two things under one name', async () => {
    const effects = testEffects();
    const model = { name: 'm.gguf', ...(await adopt(effects.store, 'weights')) };
    const step = making(async ({ input, directory }) => {
      for (let turn = 0; turn < 2; turn++) await input(model, 'm.gguf');
      return directory;
    });
    await expect(runCached(step, effects, true)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('may be a file outside, which stays where it is', async () => {
    const effects = testEffects();
    const path = put(join(temporaryDirectory(), 'model.safetensors'), 'checkpoint');
    const step: Step = {
      action,
      run: async ({ refer }) => ({
        files: [],
        referred: [{ name: 'model.safetensors', ...(await refer(path)) }],
        facts: {},
        commands: [],
      }),
    };
    const { manifest } = await runCached(step, effects, true);
    expect(manifest.files).toEqual([{ name: 'model.safetensors', ...idOf('checkpoint') }]);
    await expect(effects.remotes.bring(manifest.files)).resolves.toBe(true);
    await expect(count(listBlobs(effects.store))).resolves.toBe(0);
    writeFileSync(path, 'CHECKPOINT');
    await expect(effects.remotes.bring(manifest.files)).resolves.toBe(false);
  });
});

describe('an input outside the store', () => {
  /** A step that lets something happen to the file while it reads it. */
  async function reading(during: (path: string) => void) {
    const effects = testEffects();
    const path = put(join(temporaryDirectory(), 'model.safetensors'), 'checkpoint');
    const file = { name: 'model.safetensors', ...(await referToFile(effects.store, path)) };
    const step = making(async ({ directory, input }) => {
      await input(file, 'model.safetensors');
      during(path);
      return put(join(directory, 'made'), readFileSync(join(directory, 'model.safetensors'), 'utf8'));
    });
    return { effects, step };
  }

  it.each<[string, (path: string) => void]>([
    ['changes', (path) => writeFileSync(path, 'CHECKPOINT')],
    [
      'changes, and gets its time back',
      (path) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, 'CHECKPOINT');
        utimesSync(path, atime, mtime);
      },
    ],
    [
      'is replaced',
      (path) => {
        renameSync(put(`${path}.new`, 'CHECKPOINT'), path);
      },
    ],
  ])('that %s while the step runs makes no result', async (_, during) => {
    const { effects, step } = await reading(during);
    await expect(runCached(step, effects, true)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    await expect(count(listActions(effects.store))).resolves.toBe(0);
  });

  it('that is touched only is what it was', async () => {
    const { effects, step } = await reading((path) => linkSync(path, `${path}.link`));
    await expect(contentOf(effects, step)).resolves.toBe('checkpoint');
  });
});

describe('what a step links to', () => {
  const weights = "somebody else's weights";

  /** A link of the given kind in the work directory. */
  const linked =
    (link: (target: string, path: string) => void) =>
    ({ directory }: Workbench, target: string): string => {
      link(target, join(directory, 'link'));
      return join(directory, 'link');
    };

  it.each<[string, (bench: Workbench, theirs: string) => string]>([
    ['a symbolic link', linked(symlinkSync)],
    ['a hard link', linked(linkSync)],
    [
      'a link to its directory',
      (bench, theirs) => join(linked(symlinkSync)(bench, dirname(theirs)), 'model.safetensors'),
    ],
    ['its own path', (_, theirs) => theirs],
  ])('is copied and left alone: %s', async (_, make) => {
    const effects = testEffects();
    const theirs = put(join(temporaryDirectory(), 'model.safetensors'), weights);
    chmodSync(theirs, 0o640);
    await expect(
      contentOf(
        effects,
        making((bench) => make(bench, theirs)),
      ),
    ).resolves.toBe(weights);
    writeFileSync(theirs, 'edited afterwards');
    expect(readFileSync(effects.store.blob(sha256(weights)), 'utf8')).toBe(weights);
    expect(leftovers(effects.store)).toEqual([]);
  });

  it('may be another file that it made', async () => {
    const effects = testEffects();
    const step: Step = {
      action,
      run: ({ directory }) => {
        const [a, b] = [put(join(directory, 'a'), 'text'), join(directory, 'b')];
        symlinkSync('a', b);
        return Promise.resolve({
          files: [
            { name: 'a', path: a },
            { name: 'b', path: b },
          ],
          facts: {},
          commands: [],
        });
      },
    };
    await expect(runCached(step, effects, true)).resolves.toMatchObject({
      manifest: {
        files: [
          { name: 'a', ...idOf('text') },
          { name: 'b', ...idOf('text') },
        ],
      },
    });
  });
});

describe('actionKey', () => {
  it.each<[string, Partial<Action>]>([
    ['the step', { step: 'quantize' }],
    ['its version', { version: 2 }],
    ['a parameter', { parameters: { outtype: 'f16' } }],
    ["an input's bytes", { inputs: [{ role: 'model', name: 'm', sha256: sha256('other') }] }],
    ["an input's name", { inputs: [{ role: 'model', name: 'n', sha256: sha256('') }] }],
    [
      'the order of the inputs',
      {
        inputs: [
          { role: 'a', name: 'm', sha256: sha256('') },
          { role: 'model', name: 'm', sha256: sha256('') },
        ],
      },
    ],
    ['the toolchain', { toolchain: { build: 'other' } }],
  ])('changes with %s', (_, change) => {
    const base: Action = { ...action, inputs: [{ role: 'model', name: 'm', sha256: sha256('') }] };
    expect(actionKey({ ...base, ...change })).not.toBe(actionKey(base));
  });

  it('does not change with the order of the parameters', () => {
    expect(actionKey({ ...action, parameters: { a: 1, b: 2 } })).toBe(
      actionKey({ ...action, parameters: { b: 2, a: 1 } }),
    );
  });
});

describe('readNamedFile', () => {
  it('reads the text, or says who named the file', async () => {
    const path = put(join(temporaryDirectory(), 'tensor_types.txt'), 'rules');
    const named = { file: 'tensor_types.txt', by: 'quantize.Q6_K.tensorTypes' };
    await expect(readNamedFile(path, named)).resolves.toBe('rules');
    await expect(readNamedFile(`${path}.missing`, named)).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: expect.stringMatching(
        /^cannot read tensor_types\.txt, named by quantize\.Q6_K\.tensorTypes/,
      ) as string,
    });
  });

  it('refuses a pointer of Git LFS in place of the text', async () => {
    const path = put(
      join(temporaryDirectory(), 'card.md'),
      lfsPointer({ sha256: 'a'.repeat(64), sizeBytes: 20_000 }).toString(),
    );
    await expect(readNamedFile(path, { file: 'card.md', by: 'card.template' })).rejects.toMatchObject({
      code: 'LFS_POINTER',
      message: expect.stringMatching(/^card\.md, named by card\.template, is a pointer/) as string,
      hint: expect.stringMatching(/git lfs pull/) as string,
    });
  });
});
