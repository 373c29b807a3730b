import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { noRemotes } from '../remote/create-remotes.js';
import { join } from 'node:path';
import type { Step } from '../steps/step.js';
import { temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { cachedPlanning, writePlanningCache } from './planning-cache.js';
import { createResults } from '../results/create-results.js';

const ref = { project: 'm', kind: 'quantize', variant: 'v' } as const;

/** A step without files that counts its runs. */
function question(): { step: Step; runs: () => number } {
  let count = 0;
  return {
    runs: () => count,
    step: {
      action: { step: 'dry-run', version: 1, parameters: {}, inputs: [], toolchain: null },
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
  const results = () =>
    createResults({
      workspace: { root, projects: {} },
      store,
      remotes: noRemotes(store),
      env: {},
      report: () => undefined,
      signal: undefined,
    });
  return { root, store, results, file: join(root, 'dist/m/quantize/v/planning.json') };
}

describe('the helper steps that planning a target used', () => {
  it('are known to its next planning, whatever became of the store', async () => {
    const { root, store, results, file } = workspace();
    const { step, runs } = question();
    const first = await cachedPlanning(ref, results());
    await first.ports.perform(step, 'llama-cpp', { needFiles: false });
    await first.ports.perform(step, 'llama-cpp', { needFiles: false });
    expect(first.planningResults).toMatchObject([{ step: 'dry-run', facts: { answer: 42 } }]);
    await writePlanningCache(root, ref, first.planningResults);
    const text = readFileSync(file, 'utf8');
    rmSync(store.actions, { recursive: true });
    const second = await cachedPlanning(ref, results());
    expect(await second.ports.perform(step, 'llama-cpp', { needFiles: false })).toEqual(
      first.planningResults[0],
    );
    expect([second.planningResults, runs()]).toEqual([first.planningResults, 1]);
    await writePlanningCache(root, ref, second.planningResults);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('are no answer to another question, nor for another target', async () => {
    const { root, results, store } = workspace();
    const { step, runs } = question();
    const first = await cachedPlanning(ref, results());
    await first.ports.perform(step, 'llama-cpp', { needFiles: false });
    await writePlanningCache(root, ref, first.planningResults);
    rmSync(store.actions, { recursive: true });
    await (
      await cachedPlanning({ ...ref, variant: 'w' }, results())
    ).ports.perform(step, 'llama-cpp', { needFiles: false });
    await (
      await cachedPlanning(ref, results())
    ).ports.perform({ ...step, action: { ...step.action, version: 2 } }, 'llama-cpp', { needFiles: false });
    expect(runs()).toBe(3);
  });

  it.each(['{', '{"format":2,"results":[]}', '{"format":1,"results":[{"step":"dry-run"}]}', 'null'])(
    'that cannot be read is not used: %s',
    async (text) => {
      const { root, results, file } = workspace();
      await writePlanningCache(root, ref, []);
      expect(existsSync(file)).toBe(true);
      writeFileSync(file, text);
      const { step, runs } = question();
      await (await cachedPlanning(ref, results())).ports.perform(step, 'llama-cpp', { needFiles: false });
      expect(runs()).toBe(1);
    },
  );
});
