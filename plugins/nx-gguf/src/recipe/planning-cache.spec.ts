import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { noRemotes } from '../remote/create-remotes.js';
import { join } from 'node:path';
import type { Step } from '../steps/step.js';
import { temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { askingPipeline, writeAsked } from './planning-cache.js';
import { createPipeline } from '../results/pipeline.js';

const ref = { project: 'm', kind: 'quantize', variant: 'v' } as const;

/** A step without files that counts its runs. */
function question(): { step: Step; runs: () => number } {
  let count = 0;
  return {
    runs: () => count,
    step: {
      plan: { step: 'dry-run', version: 1, parameters: {}, inputs: [], toolchain: null },
      run: () => {
        count += 1;
        return Promise.resolve({ files: [], facts: { answer: 42 }, commands: [] });
      },
    },
  };
}

function workspace() {
  const root = temporaryDirectory();
  const store = temporaryStore();
  const pipeline = () =>
    createPipeline({
      workspace: { root, projects: {} },
      store,
      remotes: noRemotes(store),
      env: {},
      report: () => undefined,
      signal: undefined,
    });
  return { root, store, pipeline, file: join(root, 'dist/m/quantize/v/planning.json') };
}

describe('what planning a target asked for', () => {
  it('is known to its next planning, whatever became of the store', async () => {
    const { root, store, pipeline, file } = workspace();
    const { step, runs } = question();
    const first = await askingPipeline(ref, pipeline());
    await first.pipeline.perform(step, 'llama-cpp', { needFiles: false });
    await first.pipeline.perform(step, 'llama-cpp', { needFiles: false });
    expect(first.asked).toMatchObject([{ step: 'dry-run', facts: { answer: 42 } }]);
    await writeAsked(root, ref, first.asked);
    const text = readFileSync(file, 'utf8');
    rmSync(store.actions, { recursive: true });
    const second = await askingPipeline(ref, pipeline());
    expect(await second.pipeline.perform(step, 'llama-cpp', { needFiles: false })).toEqual(first.asked[0]);
    expect([second.asked, runs()]).toEqual([first.asked, 1]);
    await writeAsked(root, ref, second.asked);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('is no answer to another question, nor for another target', async () => {
    const { root, pipeline, store } = workspace();
    const { step, runs } = question();
    const first = await askingPipeline(ref, pipeline());
    await first.pipeline.perform(step, 'llama-cpp', { needFiles: false });
    await writeAsked(root, ref, first.asked);
    rmSync(store.actions, { recursive: true });
    await (
      await askingPipeline({ ...ref, variant: 'w' }, pipeline())
    ).pipeline.perform(step, 'llama-cpp', { needFiles: false });
    await (
      await askingPipeline(ref, pipeline())
    ).pipeline.perform({ ...step, plan: { ...step.plan, version: 2 } }, 'llama-cpp', { needFiles: false });
    expect(runs()).toBe(3);
  });

  it.each(['{', '{"format":2,"results":[]}', '{"format":1,"results":[{"step":"dry-run"}]}', 'null'])(
    'that cannot be read is asked again: %s',
    async (text) => {
      const { root, pipeline, file } = workspace();
      await writeAsked(root, ref, []);
      expect(existsSync(file)).toBe(true);
      writeFileSync(file, text);
      const { step, runs } = question();
      await (await askingPipeline(ref, pipeline())).pipeline.perform(step, 'llama-cpp', { needFiles: false });
      expect(runs()).toBe(1);
    },
  );
});
