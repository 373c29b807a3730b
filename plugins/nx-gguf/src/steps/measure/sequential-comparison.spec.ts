import { chmodSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { printedMeans, chunkPair } from '../../kld/testing/chunk-series.js';
import { leftovers } from '../../store/testing/temporary-store.js';
import { kldBaseStep } from './measure.js';
import { runCached } from '../run-cached.js';
import { sequentialStep, type SequentialInputs } from './sequential-comparison.js';
import { actionKey } from '../step.js';
import { lookUpElseMake } from '../../results/look-up-else-make.js';
import { laboratory, shape, type Behaviour } from '../testing/measured-base.js';

// Processes start slowly on a busy machine.
const patient = 60_000;
const chunks = { shape: { ...shape, chunks: 64 } };
const { a, b } = chunkPair('sequential', { chunks: 48, difference: 0.02 });
const rowText = (kld: number | string, chunk: number): string =>
  `   ${chunk}  12.0000 ± 1.0000  0.00100 ± 0.00010  ${typeof kld === 'number' ? kld.toFixed(5) : kld} ± 0.00010  2.000 ± 0.100 %  90.000 ± 1.000 %\n`;
const table = (values: readonly number[]): string =>
  printedMeans(values, 5)
    .map((value, index) => rowText(value, index + 1))
    .join('');
/** Prints its rows after a few logits, and then never ends by itself. */
const printing = (prints: string): Behaviour => ({ ...chunks, prints, stopsAtBytes: 100_000, dies: 'never' });

async function comparing(
  behaviours: Record<string, Behaviour>,
  changes: Partial<SequentialInputs> = {},
  signal?: AbortSignal,
) {
  const lab = await laboratory({ base: chunks, ...behaviours }, signal === undefined ? {} : { signal });
  const inputs: SequentialInputs = {
    a: await lab.variant('a.gguf'),
    b: await lab.variant('b.gguf'),
    confidencePercent: 95,
    budgetChunks: null,
    settings: lab.settings,
    ...changes,
  };
  return {
    lab,
    inputs,
    step: sequentialStep(inputs),
    compare: () => lookUpElseMake(sequentialStep(inputs), lab.effects, { needFiles: false, known: [] }),
  };
}

describe('sequentialStep', () => {
  it(
    'ends all processes once it is decided, and remembers the decision',
    async () => {
      const { lab, compare } = await comparing({
        'a.gguf': printing(table(a)),
        'b.gguf': printing(table(b)),
      });
      const { manifest, origin } = await compare();
      expect(origin).toBe('run');
      expect(manifest).toMatchObject({
        step: 'kld-sequential',
        files: [],
        facts: {
          comparison: {
            mode: 'sequential',
            a: 'a.gguf',
            b: 'b.gguf',
            chunks: 32,
            budgetChunks: 64,
            closer: 'a',
          },
        },
      });
      expect(lab.started()).toEqual(['a.gguf', 'b.gguf', 'base']);
      expect(leftovers(lab.effects.store)).toEqual([]);
      expect(await compare()).toEqual({ manifest, origin: 'store' });
      expect(lab.started()).toEqual([]);
    },
    patient,
  );

  it(
    'takes the base logits that were kept, and says the same',
    async () => {
      const behaviours = { 'a.gguf': printing(table(a)), 'b.gguf': printing(table(b)) };
      const computed = await (await comparing(behaviours)).compare();
      const { lab, compare } = await comparing(behaviours);
      await runCached(kldBaseStep(lab.base, lab.settings), lab.effects, true);
      expect(lab.started()).toEqual(['base']);
      expect((await compare()).manifest).toEqual(computed.manifest);
      expect(lab.started()).toEqual(['a.gguf', 'b.gguf']);
      expect(leftovers(lab.effects.store)).toEqual([]);
    },
    patient,
  );

  it(
    'computes the base logits when those that were kept are damaged, and says so',
    async () => {
      const { lab, compare } = await comparing({
        'a.gguf': printing(table(a)),
        'b.gguf': printing(table(b)),
      });
      const { manifest } = await runCached(kldBaseStep(lab.base, lab.settings), lab.effects, true);
      const path = lab.effects.store.blob(manifest.files[0]?.sha256 ?? '');
      const { atime, mtime } = statSync(path);
      chmodSync(path, 0o600);
      const bytes = readFileSync(path);
      // In the first frame, so that nobody gets a chunk.
      bytes[64] = (bytes[64] ?? 0) ^ 255;
      writeFileSync(path, bytes);
      utimesSync(path, atime, mtime);
      lab.started();
      expect((await compare()).manifest.facts).toMatchObject({ comparison: { chunks: 32, closer: 'a' } });
      expect(lab.started()).toContain('base');
      expect(lab.effects.told).toContainEqual({
        type: 'warning',
        message: expect.stringMatching(
          /^the kept base is damaged: .*; the base logits are computed$/,
        ) as string,
      });
      expect(leftovers(lab.effects.store)).toEqual([]);
    },
    patient,
  );

  it(
    'says the same however far each of them came',
    async () => {
      const far = await (
        await comparing({ 'a.gguf': printing(table(a)), 'b.gguf': printing(table(b)) })
      ).compare();
      const near = await (
        await comparing({
          'a.gguf': printing(table(a.slice(0, 40))),
          'b.gguf': printing(table(b.slice(0, 32))),
        })
      ).compare();
      expect(near.manifest).toEqual(far.manifest);
    },
    patient,
  );

  it(
    'ends undecided when its chunks are spent',
    async () => {
      const { compare, lab } = await comparing(
        { 'a.gguf': printing(table(a)), 'b.gguf': printing(table(a)) },
        { budgetChunks: 40 },
      );
      expect(lab.effects.told.filter(({ type }) => type === 'warning')).toEqual([]);
      expect((await compare()).manifest.facts).toMatchObject({
        comparison: { chunks: 40, budgetChunks: 40, closer: null, difference: 0 },
      });
    },
    patient,
  );

  it(
    'tells when there are fewer chunks than its budget, also of a known decision',
    async () => {
      const { compare, lab } = await comparing(
        { 'a.gguf': printing(table(a)), 'b.gguf': printing(table(b)) },
        { budgetChunks: 1000 },
      );
      for (const expected of ['run', 'store']) {
        lab.effects.told.length = 0;
        const { manifest, origin } = await compare();
        expect(origin).toBe(expected);
        expect(manifest.facts).toMatchObject({ comparison: { budgetChunks: 64 }, chunks: 64 });
        expect(lab.effects.told.filter(({ type }) => type === 'warning')).toEqual([
          {
            type: 'warning',
            message: '--chunks is 1000, and the evaluation has 64 chunks: it ends after these',
          },
        ]);
      }
    },
    patient,
  );

  it.each<[string, Record<string, Behaviour>, string]>([
    [
      'one that dies ends the other',
      { 'a.gguf': { ...chunks, dies: 'while it runs', stopsAtBytes: 100_000 }, 'b.gguf': printing(table(b)) },
      'TOOL_FAILED',
    ],
    [
      'a base that dies ends both',
      {
        base: { ...chunks, dies: 'while it runs', stopsAtBytes: 1_000_000 },
        'a.gguf': { ...chunks },
        'b.gguf': { ...chunks },
      },
      'TOOL_FAILED',
    ],
    [
      'a value that is no number',
      { 'a.gguf': printing(rowText('nan', 1)), 'b.gguf': printing(table(b)) },
      'KLD_NOT_FINITE',
    ],
  ])(
    '%s',
    async (_, behaviours, code) => {
      const { lab, compare } = await comparing(behaviours);
      await expect(compare()).rejects.toMatchObject({ code });
      expect(leftovers(lab.effects.store)).toEqual([]);
    },
    patient,
  );

  it(
    'refuses another vocabulary before anything starts',
    async () => {
      const lab = await laboratory();
      const inputs = {
        a: await lab.variant('a.gguf', 10),
        b: await lab.variant('b.gguf'),
        confidencePercent: 95,
        budgetChunks: null,
        settings: lab.settings,
      };
      await expect(runCached(sequentialStep(inputs), lab.effects, false)).rejects.toMatchObject({
        code: 'KLD_VOCABULARY_MISMATCH',
      });
      expect(lab.started()).toEqual([]);
    },
    patient,
  );

  it(
    'an interrupt ends it, and leaves nothing',
    async () => {
      const abort = new AbortController();
      const { lab, compare } = await comparing(
        { 'a.gguf': printing(rowText(0.03, 1)), 'b.gguf': printing(rowText(0.05, 1)) },
        {},
        abort.signal,
      );
      const interrupted = expect(compare()).rejects.toMatchObject({ code: 'INTERRUPTED' });
      for (let started = 0; started < 3; started += lab.started().length) await pause(10);
      abort.abort();
      await interrupted;
      expect(leftovers(lab.effects.store)).toEqual([]);
    },
    patient,
  );

  it(
    'has a key of its own, which knows confidence, budget and sides',
    async () => {
      const { lab, step, inputs } = await comparing({});
      const c = await lab.variant('c.gguf', 10);
      const of = (changes: Partial<SequentialInputs>) =>
        actionKey(sequentialStep({ ...inputs, ...changes }).action);
      expect(of({})).toBe(actionKey(step.action));
      const others = [
        of({ confidencePercent: 99 }),
        of({ budgetChunks: 40 }),
        of({ b: c }),
        actionKey(inputs.a.action),
      ];
      expect(new Set([actionKey(step.action), ...others]).size).toBe(5);
      expect(of({ settings: { ...lab.settings, parallel: 1 } })).toBe(actionKey(step.action));
    },
    patient,
  );
});
