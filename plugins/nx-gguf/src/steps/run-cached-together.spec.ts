import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GgufError } from '../core/errors.js';
import { findAction } from '../store/actions.js';
import { referToFile } from '../store/external.js';
import { leftovers, put, temporaryDirectory } from '../store/testing/temporary-store.js';
import {
  runCachedTogether,
  type Ending,
  type Member,
  type SharedBench,
  type SharedWork,
} from './run-cached-together.js';
import type { Effects } from './run-cached.js';
import { actionKey, type Action } from './step.js';
import { testEffects } from './testing/effects.js';

interface Named {
  name: string;
  action: Action;
}

const step = (name: string): Named => ({
  name,
  action: { step: 'kld', version: 1, parameters: { name }, inputs: [], toolchain: null },
});
const shared = (run: SharedWork<Named>['run']): SharedWork<Named> => ({
  action: { step: 'kld-base', version: 1, parameters: {}, inputs: [], toolchain: null },
  run,
});
const steps = ['a', 'b', 'c'].map(step);

/** Makes one file with the step's name in it. */
async function make({ step: { name }, bench, finish }: Member<Named>): Promise<void> {
  const path = join(bench.directory, 'out');
  writeFileSync(path, name);
  await finish({ files: [{ name: 'out', path }], facts: {}, commands: [] });
}

async function perform(
  run: (members: readonly Member<Named>[], bench: SharedBench) => Promise<void>,
  effects: Effects,
  wanted = steps,
) {
  const endings: Record<string, string> = {};
  let runs = 0;
  await runCachedTogether(
    wanted,
    shared((members, bench) => {
      runs++;
      return run(members, bench);
    }),
    {
      effects,
      needFiles: true,
      ended: ({ name }, ending: Ending) => {
        expect(endings).not.toHaveProperty(name);
        endings[name] = 'error' in ending ? (ending.error as Error).message : ending.origin;
        return Promise.resolve();
      },
    },
  );
  return { endings, runs };
}

const makeAll = async (members: readonly Member<Named>[]): Promise<void> => {
  await Promise.all(members.map(make));
};

describe('performTogether', () => {
  it('runs once for all that are not known, and not at all for those that are', async () => {
    const effects = testEffects();
    expect(await perform(makeAll, effects, steps.slice(0, 1))).toEqual({ endings: { a: 'run' }, runs: 1 });
    expect(await perform(makeAll, effects)).toEqual({ endings: { a: 'store', b: 'run', c: 'run' }, runs: 1 });
    expect(await perform(makeAll, effects)).toEqual({
      endings: { a: 'store', b: 'store', c: 'store' },
      runs: 0,
    });
    expect(leftovers(effects.store)).toEqual([]);
  });

  it('a result is known as soon as it is finished, whatever becomes of the others', async () => {
    const effects = testEffects();
    const { endings } = await perform(async ([first, ...others]) => {
      if (first === undefined) throw new Error();
      await make(first);
      expect(await findAction(effects.store, actionKey(first.step.action))).not.toBeNull();
      await others[0]?.fail(new Error('b is broken'));
      throw new Error('all is broken');
    }, effects);
    expect(endings).toEqual({ a: 'run', b: 'b is broken', c: 'all is broken' });
    expect(leftovers(effects.store)).toEqual([]);
  });

  it('none has a result when an input outside the store changes meanwhile', async () => {
    const effects = testEffects();
    const path = put(join(temporaryDirectory(), 'text'), 'old');
    const file = { name: 'text', ...(await referToFile(effects.store, path)) };
    const { endings } = await perform(async (members, bench) => {
      await bench.input(file, 'text');
      writeFileSync(path, 'new');
      for (const member of members) await make(member);
    }, effects);
    const changed = expect.stringMatching(/^text changed while kld-base worked on it/) as string;
    expect(endings).toEqual({ a: changed, b: changed, c: changed });
  });

  it('one whose result cannot be taken over fails alone', async () => {
    const { endings } = await perform(async (members) => {
      for (const member of members) {
        if (member.step.name === 'b')
          await member.finish({
            files: [{ name: 'x', path: join(member.bench.directory, 'nowhere') }],
            facts: {},
            commands: [],
          });
        else await make(member);
      }
    }, testEffects());
    expect(endings).toEqual({ a: 'run', b: expect.stringContaining('ENOENT') as string, c: 'run' });
  });

  it('one that is forgotten is an error', async () => {
    const { endings } = await perform(() => Promise.resolve(), testEffects(), steps.slice(0, 1));
    expect(endings).toEqual({ a: expect.stringContaining('without a result') as string });
  });

  it('two at once work one after the other, and the second finds what the first made', async () => {
    const effects = testEffects();
    const both = await Promise.all([perform(makeAll, effects), perform(makeAll, effects)]);
    expect(both.map(({ runs }) => runs).sort()).toEqual([0, 1]);
    expect(effects.told).toContainEqual({
      type: 'step',
      message: 'waiting for another process that works on the same kld-base',
    });
  });

  it('the result of the shared part can be kept and found again', async () => {
    const effects = testEffects();
    await perform(
      async (members, bench) => {
        expect(await bench.kept(null)).toBeNull();
        writeFileSync(join(bench.directory, 'base'), 'logits');
        await bench.keep({
          files: [{ name: 'base', path: join(bench.directory, 'base') }],
          facts: {},
          commands: [],
        });
        await makeAll(members);
      },
      effects,
      steps.slice(0, 1),
    );
    await perform(async (members, bench) => {
      expect(await bench.kept(null)).toMatchObject({ step: 'kld-base', files: [{ name: 'base' }] });
      await makeAll(members);
    }, effects);
  });

  it('an interrupt while waiting is the error of each', async () => {
    const effects = testEffects({ signal: AbortSignal.abort() });
    const { endings } = await perform(() => Promise.reject(new GgufError('X', 'not reached')), effects);
    expect(Object.values(endings)).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining('interrupted') as string),
    );
  });
});
