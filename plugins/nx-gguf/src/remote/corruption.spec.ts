import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { seededRandom } from '../core/seeded-random.js';
import { runCached, type Effects } from '../steps/run-cached.js';
import type { Step } from '../steps/step.js';
import { testEffects } from '../steps/testing/effects.js';
import { findBlob } from '../store/blobs.js';
import { leftovers, temporaryStore } from '../store/testing/temporary-store.js';
import { verifyStore } from '../store/verify.js';
import { joinRemotes } from './remotes.js';
import { corruptingRemote, faults } from './testing/corrupting-remote.js';
import { guard } from './testing/guard.js';
import { memoryRemote } from './testing/memory-remote.js';

const seeds = 12;
const sizes = [0, 1, 1000, 65_536, 150_000, 400_000];
const contents = sizes.map((size) => randomBytes(size));
const chunkOf = (bytes: Uint8Array) => ({ sha256: sha256(bytes), sizeBytes: bytes.length });

/** A step that makes a file, and counts how often it ran. */
function making(index: number): Step & { runs: number } {
  const step = {
    runs: 0,
    action: { step: 'convert', version: 1, parameters: { index }, inputs: [], toolchain: null },
    run: ({ directory }: { directory: string }) => {
      step.runs++;
      const path = join(directory, 'out');
      writeFileSync(path, contents[index] ?? '');
      return Promise.resolve({ files: [{ name: `${index}.gguf`, path }], facts: { index }, commands: [] });
    },
  };
  return step;
}

/** A step that reads what the others made, and fails on the first wrong byte. */
function reading(made: readonly Manifest[], seed: number): Step {
  const files = made.flatMap((manifest) => manifest.files);
  return {
    action: { step: 'card', version: 1, parameters: { seed }, inputs: [], toolchain: null },
    run: async (bench) => {
      for (const file of files) {
        await bench.input(file, file.name);
        const bytes = readFileSync(join(bench.directory, file.name));
        if (sha256(bytes) !== file.sha256 || !contents.some((content) => content.equals(bytes)))
          throw new Error(`a wrong byte in ${file.name}`);
      }
      return { files: [], facts: {}, commands: [] };
    },
  };
}

it('no wrong byte reaches a step, whatever remotes do', async () => {
  const done = new Map<string, number>();
  for (let seed = 1; seed <= seeds; seed++) {
    const random = seededRandom(seed);
    const [nearStore, farStore] = [memoryRemote(), memoryRemote()];
    const machine = (): Effects => {
      const store = temporaryStore();
      const corrupting = [nearStore, farStore].map((remote) =>
        corruptingRemote(remote, { random, rate: 0.25, others: () => [...remote.blobs.keys()] }),
      );
      const remotes = joinRemotes({
        store,
        sharesSources: true,
        report: () => undefined,
        signal: undefined,
        remotes: corrupting.map((remote, index) =>
          guard(remote, { store, name: `remote ${index}`, patience: { answerMs: 40, stallMs: 40 } }),
        ),
      });
      const effects = testEffects({ store, remotes });
      const finish = remotes.finish;
      remotes.finish = async () => {
        await finish();
        for (const remote of corrupting)
          for (const [fault, times] of remote.done) done.set(fault, (done.get(fault) ?? 0) + times);
      };
      return effects;
    };
    for (const effects of [machine(), machine(), machine()]) {
      const steps = sizes.map((_, index) => making(index));
      effects.resolve = async (file) => {
        if (await effects.remotes.bring([file])) return (await findBlob(effects.store, file)) ?? '';
        // Nobody has it: the step that makes it runs again.
        await runCached(steps[sizes.indexOf(file.sizeBytes)] ?? making(0), effects, true);
        return (await findBlob(effects.store, file)) ?? '';
      };
      const made: Manifest[] = [];
      for (const step of steps) made.push((await runCached(step, effects, random() < 0.5)).manifest);
      expect(
        made.map(({ files }) =>
          files.map(({ sha256: digest, sizeBytes }) => ({ sha256: digest, sizeBytes })),
        ),
      ).toEqual(contents.map((bytes) => [chunkOf(bytes)]));
      await runCached(reading(made, seed), effects, true);
      await effects.remotes.finish();
      expect(await verifyStore(effects.store, { repair: false })).toMatchObject({
        damagedBlobs: [],
        damagedActions: [],
      });
      expect(leftovers(effects.store)).toEqual([]);
    }
  }
  // Each way to go wrong was gone.
  expect([...done.keys()].sort()).toEqual([...faults].sort());
}, 300_000);
