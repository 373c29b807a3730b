import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GgufError } from '../core/errors.js';
import { presentBoot } from '../files/boot.js';
import { fileState } from '../files/file-state.js';
import { findAction } from '../store/actions.js';
import { recordText } from '../store/scrub-record.js';
import { hashBlob } from '../store/sound-blob.js';
import { findBlob } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import { adopt, flipBit, idOf, put } from '../store/testing/temporary-store.js';
import { runCached, type Effects } from './run-cached.js';
import { runCachedTogether } from './run-cached-together.js';
import { actionKey, type Step, type Workbench } from './step.js';
import { testEffects } from './testing/effects.js';

const text = 'tensor data '.repeat(100);
const model = { name: 'm-Q6_K.gguf', ...idOf(text) };
const other = { name: 'other.gguf', ...idOf(`other ${text}`) };

const actionOf = (name: string) => ({
  step: 'measure',
  version: 1,
  parameters: { name },
  inputs: [],
  toolchain: null,
});

/** A step that measures a model: its result is what it read. */
function measuring(during: (bench: Workbench) => void = () => undefined): Step & { runs: number } {
  const step = {
    runs: 0,
    action: actionOf('measure'),
    run: async (bench: Workbench) => {
      step.runs++;
      await bench.input(model, model.name);
      during(bench);
      const read = readFileSync(join(bench.directory, model.name), 'utf8');
      return {
        files: [{ name: 'result', path: put(join(bench.directory, 'result'), `read ${read}`) }],
        facts: {},
        commands: [],
      };
    },
  };
  return step;
}

const warnings = ({ told }: Pick<ReturnType<typeof testEffects>, 'told'>): string[] =>
  told.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

/** Makes the model again when it is not there, as results do. */
function makingAgain(): ReturnType<typeof testEffects> & { made: string[] } {
  const made: string[] = [];
  const effects: ReturnType<typeof testEffects> = testEffects({
    resolve: async (file) => {
      const found = await findBlob(effects.store, file);
      if (found !== null) return found;
      made.push(file.name);
      await adopt(effects.store, file.name === model.name ? text : `other ${text}`);
      return effects.store.blob(file.sha256);
    },
  });
  return Object.assign(effects, { made });
}

/** Notes a hashing of long ago, or by another machine. */
async function hashed(layout: StoreLayout, hashings: Record<string, number>): Promise<void> {
  const state = await fileState(layout.blob(model.sha256));
  if (state !== null) put(layout.blobRecord(model.sha256), recordText(model.sha256, state, hashings));
}

async function resultOf(step: Step, effects: Effects): Promise<string> {
  const { manifest } = await runCached(step, effects, true);
  return readFileSync(effects.store.blob(manifest.files[0]?.sha256 ?? ''), 'utf8');
}

describe('a step with a damaged input', () => {
  it('keeps nothing of what it read, and runs again on the file that was made again', async () => {
    const effects = makingAgain();
    await adopt(effects.store, text);
    flipBit(effects.store.blob(model.sha256), 41, 3);
    const step = measuring();
    await expect(resultOf(step, effects)).resolves.toBe(`read ${text}`);
    expect(step.runs).toBe(2);
    expect(effects.made).toEqual([model.name]);
    const [warning = ''] = warnings(effects);
    for (const part of ['BLOB_DAMAGED', model.name, model.sha256, 'measure runs again'])
      expect(warning).toContain(part);
    expect(readFileSync(effects.store.quarantined(model.sha256)).length).toBe(text.length);
  });

  it('fails when it is damaged again, and publishes nothing', async () => {
    const effects = makingAgain();
    await adopt(effects.store, text);
    const step = measuring(({ store }) => flipBit(store.blob(model.sha256)));
    await expect(runCached(step, effects, true)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    expect(step.runs).toBe(2);
    await expect(findAction(effects.store, actionKey(step.action))).resolves.toBeNull();
  });

  it('is told of the damage when its tool fails on it', async () => {
    const effects = makingAgain();
    await adopt(effects.store, text);
    flipBit(effects.store.blob(model.sha256));
    const step = measuring(({ directory }) => {
      if (readFileSync(join(directory, model.name), 'utf8') !== text)
        throw new GgufError('TOOL_FAILED', 'invalid magic');
    });
    await expect(resultOf(step, effects)).resolves.toBe(`read ${text}`);
    expect(warnings(effects)[0]).toContain('BLOB_DAMAGED');
  });

  it('reads an input once in the window, and again after a boot and after some days', async () => {
    const effects = makingAgain();
    await adopt(effects.store, text);
    await resultOf(measuring(), effects);
    // Within the window nothing is read but by the step itself: a flip shows that.
    flipBit(effects.store.blob(model.sha256));
    const again = (step: Step): Step => ({ ...step, action: actionOf('measure again') });
    await runCached(again(measuring()), effects, true);
    expect(warnings(effects)).toEqual([]);
    for (const [index, hashings] of [
      { 'another boot': Date.now() },
      { [presentBoot().id]: Date.now() - 8 * 86_400_000 },
    ].entries()) {
      await hashed(effects.store, hashings);
      await runCached({ ...measuring(), action: actionOf(`measure ${index}`) }, effects, true);
      expect(warnings(effects)).toHaveLength(index + 1);
      flipBit(effects.store.blob(model.sha256));
    }
  });
});

describe('steps that share work', () => {
  it('repeat those with a damaged input, and leave the others alone', async () => {
    const effects = makingAgain();
    await adopt(effects.store, text);
    await adopt(effects.store, `other ${text}`);
    flipBit(effects.store.blob(model.sha256), 1000, 7);
    const runs: string[][] = [];
    const endings: Record<string, string> = {};
    await runCachedTogether(
      [model, other].map((file) => ({ file, action: actionOf(file.name) })),
      {
        action: actionOf('base'),
        run: async (members) => {
          runs.push(members.map(({ step }) => step.file.name));
          for (const { step, bench, finish } of members) {
            await bench.input(step.file, step.file.name);
            const read = readFileSync(join(bench.directory, step.file.name), 'utf8');
            const path = put(join(bench.directory, 'out'), read);
            await finish({ files: [{ name: 'out', path }], facts: {}, commands: [] });
          }
        },
      },
      {
        effects,
        needFiles: true,
        ended: ({ file }, ending) => {
          endings[file.name] =
            'error' in ending ? String(ending.error) : (ending.manifest.files[0]?.sha256 ?? '');
          return Promise.resolve();
        },
      },
    );
    expect(runs).toEqual([[model.name, other.name], [model.name]]);
    expect(endings).toEqual({ [model.name]: model.sha256, [other.name]: other.sha256 });
    expect(warnings(effects)).toHaveLength(1);
  });

  it('repeat all when what they share is damaged', async () => {
    const effects = makingAgain();
    await adopt(effects.store, text);
    flipBit(effects.store.blob(model.sha256));
    let runs = 0;
    const results: string[] = [];
    await runCachedTogether(
      ['a', 'b'].map((name) => ({ action: actionOf(name) })),
      {
        action: actionOf('base'),
        run: async (members, bench) => {
          runs++;
          await bench.input(model, model.name);
          const read = readFileSync(join(bench.directory, model.name), 'utf8');
          for (const member of members) {
            const path = put(join(member.bench.directory, 'out'), read);
            await member.finish({ files: [{ name: 'out', path }], facts: {}, commands: [] });
          }
        },
      },
      {
        effects,
        needFiles: true,
        ended: (_, ending) => {
          results.push('error' in ending ? String(ending.error) : (ending.manifest.files[0]?.sha256 ?? ''));
          return Promise.resolve();
        },
      },
    );
    expect({ runs, results }).toEqual({ runs: 2, results: [model.sha256, model.sha256] });
  });
});

describe('a step that sees other bytes than it was told of', () => {
  it('is believed, although the input was hashed lately, and runs again', async () => {
    const effects = makingAgain();
    await adopt(effects.store, text);
    await hashBlob(effects.store, model);
    flipBit(effects.store.blob(model.sha256), 8);
    const step = measuring(({ directory }) => {
      if (readFileSync(join(directory, model.name), 'utf8') !== text)
        throw new GgufError('SOURCE_DAMAGED', `${model.name} has other bytes`);
    });
    await expect(resultOf(step, effects)).resolves.toBe(`read ${text}`);
    expect(warnings(effects)[0]).toContain('BLOB_DAMAGED');
  });
});
