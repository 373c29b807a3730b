import { chmodSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { KldStatistics } from '../../core/generated/kld.generated.js';
import { memoryRemote, type MemoryRemote } from '../../remote/testing/memory-remote.js';
import { findAction } from '../../store/actions.js';
import { leftovers } from '../../store/testing/temporary-store.js';
import { kldBaseAction } from './kld-base.js';
import type { KldStep } from './kld.js';
import { kldBaseStep, type MeasureSettings } from './measure.js';
import { runCached } from '../run-cached.js';
import { actionKey } from '../step.js';
import { laboratory, shape, type Behaviour } from '../testing/measured-base.js';

// About three times what a pipe holds: the writer waits for its readers.
const quarter = 200_000;

/** Three variants of which the first behaves in some way. */
async function three(first: Behaviour | (() => Behaviour), base: Behaviour | (() => Behaviour) = {}) {
  const lab = await laboratory({ 'a.gguf': first, base });
  const steps = [await lab.variant('a.gguf'), await lab.variant('b.gguf'), await lab.variant('c.gguf')];
  return { lab, steps };
}

describe('measuring together', () => {
  it('one base pass feeds all; the second time all come from the store', async () => {
    const { lab, steps } = await three({});
    expect(await lab.measure(steps)).toEqual({ 'a.gguf': 'run', 'b.gguf': 'run', 'c.gguf': 'run' });
    expect(lab.started()).toEqual(['a.gguf', 'b.gguf', 'base', 'c.gguf']);
    expect(await lab.measure(steps)).toEqual({ 'a.gguf': 'store', 'b.gguf': 'store', 'c.gguf': 'store' });
    expect(lab.started()).toEqual([]);
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it('keeps no base logits, and each result names what it was measured on', async () => {
    const lab = await laboratory();
    const step = await lab.variant('a.gguf');
    await lab.measure([step]);
    expect(await findAction(lab.effects.store, actionKey(kldBaseAction(lab.base)))).toBeNull();
    const manifest = await findAction(lab.effects.store, actionKey(step.action));
    expect(manifest).toMatchObject({
      step: 'kld',
      files: [{ name: 'kld.json' }],
      facts: { statistics: { chunks: 8, ctx: 64 } },
      provenance: { inputs: [{ role: 'model' }, { role: 'corpus' }, { role: 'variant', name: 'a.gguf' }] },
    });
    const result: unknown = JSON.parse(
      readFileSync(lab.effects.store.blob(manifest?.files[0]?.sha256 ?? ''), 'utf8'),
    );
    expect(result).toMatchObject({
      subject: { variant: [{ name: 'a.gguf' }], base: [{ name: 'm.gguf' }], corpus: { name: 't.txt' } },
    });
  });

  it.each([
    ['more chunks than the text has', 1000, 1],
    ['as many as it has', 8, 0],
    ['all of them', -1, 0],
  ])('tells once when %s are asked for', async (_, chunks, count) => {
    const lab = await laboratory();
    lab.base.parameters.chunks = chunks;
    await lab.measure([await lab.variant('a.gguf'), await lab.variant('b.gguf')], {
      parallel: 1,
      base: 'keep',
    });
    const warning = {
      type: 'warning',
      message: 'evaluation.chunks is 1000, and t.txt has 8 chunks of 64 tokens: all of it is read',
    };
    expect(lab.effects.told.filter(({ type }) => type === 'warning')).toEqual(Array(count).fill(warning));
  });

  it('the key holds what can change a digit, and not how the base comes', async () => {
    const lab = await laboratory();
    const step = await lab.variant('a.gguf');
    expect(JSON.stringify(step.action.parameters)).not.toMatch(/stream|keep|"-t"/);
    expect(JSON.stringify(step.action.parameters)).toMatch(/"-c","64".*"-ub","64"/);
  });

  it.each<[string, Behaviour, RegExp]>([
    ['is killed while it reads', { dies: 'while it runs', stopsAtBytes: quarter }, /^TOOL_FAILED: .*SIGKILL/],
    ['is killed before it opens the FIFO', { dies: 'before it opens' }, /^TOOL_FAILED: .*SIGKILL/],
    [
      'cannot be loaded, and exits with 0',
      { dies: 'with 0 before it opens', says: 'main: error: unable to load model' },
      /^MODEL_NOT_LOADED/,
    ],
  ])('one that %s fails alone', async (_, first, error) => {
    const { lab, steps } = await three(first);
    expect(await lab.measure(steps)).toEqual({
      'a.gguf': expect.stringMatching(error) as string,
      'b.gguf': 'run',
      'c.gguf': 'run',
    });
    expect(lab.started()).toEqual(['a.gguf', 'b.gguf', 'base', 'c.gguf']);
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it.each<[string, Behaviour, RegExp]>([
    [
      'is killed while it writes',
      { dies: 'while it runs', stopsAtBytes: quarter },
      /^TOOL_FAILED: base pass of m\.gguf: .*SIGKILL/,
    ],
    [
      'is killed before it opens the FIFO',
      { dies: 'before it opens' },
      /^TOOL_FAILED: base pass of m\.gguf: .*SIGKILL/,
    ],
    [
      'says that the text is too short, and exits with 0',
      {
        dies: 'with 0 before it opens',
        says: 'perplexity: you need at least 128 tokens to evaluate perplexity',
      },
      /^TEXT_TOO_SHORT: base pass of m\.gguf/,
    ],
    ['ends well, but too early', { stopsAtBytes: quarter }, /^KLD_BASE_INCOMPLETE: base pass of m\.gguf/],
  ])('a base that %s is the error of all', async (_, base, error) => {
    const { lab, steps } = await three({}, base);
    const failed = expect.stringMatching(error) as string;
    expect(await lab.measure(steps)).toEqual({ 'a.gguf': failed, 'b.gguf': failed, 'c.gguf': failed });
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it('a base that says only after its readers are gone why it wrote nothing is the error', async () => {
    const lab = await laboratory({
      base: {
        dies: 'long after it closed',
        says: 'perplexity: you need at least 128 tokens to evaluate perplexity',
      },
    });
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(/^TEXT_TOO_SHORT: base pass of m\.gguf/) as string,
    });
  });

  it('a base that nobody reads any more is ended', async () => {
    const lab = await laboratory({ 'a.gguf': { dies: 'while it runs', stopsAtBytes: quarter } });
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(/^TOOL_FAILED/) as string,
    });
    expect(lab.started()).toEqual(['a.gguf', 'base']);
  });

  it('an interrupt ends all, also those that wait', async () => {
    const abort = new AbortController();
    const stuck: Behaviour = { dies: 'never', stopsAtBytes: quarter };
    const lab = await laboratory({ 'a.gguf': stuck, 'b.gguf': stuck }, { signal: abort.signal });
    const steps = [await lab.variant('a.gguf'), await lab.variant('b.gguf')];
    const interrupted = expect.stringMatching(/^INTERRUPTED/) as string;
    const measuring = lab.measure(steps);
    for (let started = 0; started < 3; started += lab.started().length) await pause(10);
    abort.abort();
    expect(await measuring).toEqual({ 'a.gguf': interrupted, 'b.gguf': interrupted });
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it.each([
    ['a measurement', true],
    ['a base pass alone', false],
  ])('%s in which nothing moves any more has stalled, and is over', async (_, hasVariant) => {
    const lab = await laboratory({ base: { dies: 'never', stopsAtBytes: quarter } });
    const settings = { ...lab.settings, stallMs: 400 };
    const stalled = expect.stringMatching(/^KLD_STALLED/) as string;
    if (hasVariant)
      expect(await lab.measure([await lab.variant('a.gguf')], settings)).toEqual({ 'a.gguf': stalled });
    else
      await expect(runCached(kldBaseStep(lab.base, settings), lab.effects, true)).rejects.toMatchObject({
        code: 'KLD_STALLED',
      });
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it('a FIFO that cannot be opened starts no process', async () => {
    const lab = await laboratory({}, { hasFifos: 'in name' });
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(/^FIFO_UNUSABLE: cannot open m\.kld/) as string,
    });
    expect(lab.started()).toEqual([]);
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it('logits of another context are refused as they come', async () => {
    const lab = await laboratory({ base: { shape: { ...shape, ctx: 32 } } });
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(/^KLD_BASE_WRONG: .*ctx 32 instead of 64/) as string,
    });
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it('another vocabulary is refused before anything starts for it', async () => {
    const lab = await laboratory();
    const steps = [await lab.variant('other.gguf', 10), await lab.variant('b.gguf')];
    expect(await lab.measure(steps)).toEqual({
      'other.gguf': expect.stringMatching(
        /^KLD_VOCABULARY_MISMATCH: other\.gguf has a vocabulary of 10/,
      ) as string,
      'b.gguf': 'run',
    });
    expect(lab.started()).toEqual(['b.gguf', 'base']);
  });

  it('one that lost its last lines is measured again, alone', async () => {
    let runs = 0;
    const { lab, steps } = await three(() => ({ silent: runs++ === 0 }));
    expect(await lab.measure(steps)).toEqual({ 'a.gguf': 'run', 'b.gguf': 'run', 'c.gguf': 'run' });
    expect(lab.started()).toEqual(['a.gguf', 'a.gguf', 'b.gguf', 'base', 'base', 'c.gguf']);
  });

  it('one that always loses them fails', async () => {
    const lab = await laboratory({ 'a.gguf': { silent: true } });
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(/^KLD_NO_STATISTICS: .*3 times/) as string,
    });
  });

  it('one that ends at once, well and without a word, is to blame itself, not the base that it left', async () => {
    const lab = await laboratory({ 'a.gguf': { dies: 'with 0 before it opens' } });
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(/^KLD_NO_STATISTICS: .*3 times/) as string,
    });
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it('no more at once than asked for: one base pass for each lot', async () => {
    const { lab, steps } = await three({});
    await lab.measure(steps, { parallel: 2 });
    expect(lab.started()).toEqual(['a.gguf', 'b.gguf', 'base', 'base', 'c.gguf']);
  });
});

describe('the perplexity of the unquantized model', () => {
  const perplexityOf = async (lab: Awaited<ReturnType<typeof laboratory>>, step: KldStep) => {
    const { facts } = (await findAction(lab.effects.store, actionKey(step.action))) ?? {};
    return (facts?.['statistics'] as KldStatistics | undefined)?.perplexity;
  };
  const expected = {
    variant: { value: 606.706341, error: 62.069644 },
    base: { value: 640.5, error: 1 },
    // The played pass says 666.9421 after each chunk: the tool's own error is not that of this ratio.
    ratio: { value: 0.947239, error: 0.159651 },
    recomputedBase: { value: 666.942122, error: 69.678259 },
    recomputedRatio: { value: 0.909684, error: 0.023366 },
  };

  it.each<[string, boolean, Partial<MeasureSettings>]>([
    ['streamed logits', true, {}],
    ['logits that are kept meanwhile', true, { base: 'keep' }],
    ['a file of logits', false, {}],
    ['a file of logits that are kept', false, { base: 'keep' }],
  ])('is that of its own pass: %s, and what was kept of them', async (_, hasFifos, changes) => {
    const lab = await laboratory({ base: { perplexity: '640.5000' } }, { hasFifos });
    const steps = [await lab.variant('a.gguf'), await lab.variant('b.gguf')] as const;
    await lab.measure(steps.slice(0, 1), changes);
    lab.started();
    await lab.measure(steps, changes);
    expect(lab.started()).toEqual(changes.base === 'keep' ? ['b.gguf'] : ['b.gguf', 'base']);
    for (const step of steps) expect(await perplexityOf(lab, step)).toMatchObject(expected);
    expect(lab.effects.told.filter(({ type }) => type === 'warning')).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(
          /^a\.gguf: llama-perplexity prints a perplexity ratio of 0\.909684, which is 0\.947239/,
        ) as string,
      }),
      expect.objectContaining({ message: expect.stringMatching(/^b\.gguf: llama-perplexity/) as string }),
    ]);
  });

  it('whose last words were lost is measured again, with its variants', async () => {
    let runs = 0;
    const { lab, steps } = await three({}, () => ({ silent: runs++ === 0 }));
    expect(await lab.measure(steps)).toEqual({ 'a.gguf': 'run', 'b.gguf': 'run', 'c.gguf': 'run' });
    expect(lab.started()).toEqual([
      'a.gguf',
      'a.gguf',
      'b.gguf',
      'b.gguf',
      'base',
      'base',
      'c.gguf',
      'c.gguf',
    ]);
  });
});

describe('a base pass alone', () => {
  it.each([
    [1, ['base', 'base']],
    [Infinity, ['base', 'base', 'base']],
  ])('that loses its last words %d times runs again: %j', async (losses, started) => {
    let runs = 0;
    const lab = await laboratory({ base: () => ({ silent: runs++ < losses }) });
    const made = runCached(kldBaseStep(lab.base, lab.settings), lab.effects, true);
    if (losses === 1) await made;
    else await expect(made).rejects.toMatchObject({ code: 'KLD_NO_STATISTICS' });
    expect(lab.started()).toEqual(started);
  });
});

describe('a value that no later chunk mends', () => {
  const row = (chunk: number, perplexity: string, kld: string) =>
    `${chunk} ${perplexity} ± 1.0 ${kld} ± 0.1 ${kld} ± 0.01 1.0 ± 0.1 % 90.0 ± 0.5 %\n`;
  // A chunk of the played base has 31 rows of 8,012 bytes.
  const [first, third] = [260_000, 760_000];
  const everyWay = [
    ['streamed', true, {}],
    ['kept meanwhile', true, { base: 'keep' }],
    ['through a file', false, {}],
  ] as const;

  it.each(everyWay)('of the unquantized model ends all and is its own: %s', async (_, hasFifos, changes) => {
    const lab = await laboratory(
      {
        base: { brokenFrom: 1, stopsAtBytes: first, dies: 'never' },
        'a.gguf': { prints: row(1, '24.5', 'nan'), stopsAtBytes: first, dies: 'never' },
        'b.gguf': { stopsAtBytes: first, dies: 'never' },
      },
      { hasFifos },
    );
    const failed = expect.stringMatching(
      /^KLD_NOT_FINITE: base pass of m\.gguf: llama-perplexity printed \[1\]nan: the unquantized model gave/,
    ) as string;
    const steps = [await lab.variant('a.gguf'), await lab.variant('b.gguf')];
    expect(await lab.measure(steps, changes)).toEqual({ 'a.gguf': failed, 'b.gguf': failed });
    expect(lab.started()).toContain('base');
    expect(await findAction(lab.effects.store, actionKey(kldBaseAction(lab.base)))).toBeNull();
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it.each(everyWay)(
    'of a variant ends it alone, and is not blamed on others: %s',
    async (_, hasFifos, changes) => {
      const lab = await laboratory(
        { 'a.gguf': { prints: row(3, 'nan', 'nan'), stopsAtBytes: third, dies: 'never' } },
        { hasFifos },
      );
      const steps = [await lab.variant('a.gguf'), await lab.variant('b.gguf')];
      expect(await lab.measure(steps, changes)).toEqual({
        'a.gguf': expect.stringMatching(
          /^KLD_NOT_FINITE: llama-perplexity printed a perplexity of nan after chunk 3, where the unquantized model still gave/,
        ) as string,
        'b.gguf': 'run',
      });
      expect(lab.started()).toEqual(['a.gguf', 'b.gguf', 'base']);
      expect(leftovers(lab.effects.store)).toEqual([]);
    },
  );

  it('on kept logits is that of the variant', async () => {
    const lab = await laboratory({
      'a.gguf': { prints: row(1, 'inf', '0.5'), stopsAtBytes: first, dies: 'never' },
    });
    await runCached(kldBaseStep(lab.base, lab.settings), lab.effects, true);
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(
        /^KLD_NOT_FINITE: .* a perplexity of inf after chunk 1, where/,
      ) as string,
    });
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it.each(['nan', '-nan', 'inf'] as const)('ends a base pass that nobody reads: %s', async (broken) => {
    const lab = await laboratory({ base: { brokenFrom: 2, broken, stopsAtBytes: 600_000, dies: 'never' } });
    await expect(runCached(kldBaseStep(lab.base, lab.settings), lab.effects, true)).rejects.toMatchObject({
      code: 'KLD_NOT_FINITE',
      message: expect.stringContaining(`printed [2]${broken.replace('-', '')}:`) as string,
    });
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it('is known also when the base pass came to its end', async () => {
    const lab = await laboratory({ base: { brokenFrom: 8 } });
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(/^KLD_NOT_FINITE: base pass of m\.gguf: .*\[8\]nan/) as string,
    });
  });
});

describe('a kept base', () => {
  const kept = async (lab: Awaited<ReturnType<typeof laboratory>>) =>
    findAction(lab.effects.store, actionKey(kldBaseAction(lab.base)));

  it('is encoded while variants read it, and read by later ones without a base pass', async () => {
    const {
      lab,
      steps: [a, ...others],
    } = await three({});
    if (a === undefined) throw new Error();
    expect(await lab.measure([a], { base: 'keep', shareBase: true })).toEqual({ 'a.gguf': 'run' });
    expect(await kept(lab)).toMatchObject({
      step: 'kld-base',
      files: [{ name: 'm.kld.packed' }],
      facts: {
        ...shape,
        perplexity: 666.9421,
        perplexityError: 1,
        runningPerplexity: Array(8).fill(666.9421),
      },
    });
    expect(lab.effects.told).toContainEqual({
      type: 'step',
      message: expect.stringMatching(/^kept the base logits: 1\.9 MiB in .* \(\S+ : 1\)$/) as string,
    });
    lab.started();
    expect(await lab.measure(others)).toEqual({ 'b.gguf': 'run', 'c.gguf': 'run' });
    expect(lab.started()).toEqual(['b.gguf', 'c.gguf']);
  });

  it('that is damaged is computed again, and the measurement succeeds', async () => {
    const { lab, steps } = await three({});
    await lab.measure(steps.slice(0, 1), { base: 'keep' });
    const { sha256 = '' } = (await kept(lab))?.files[0] ?? {};
    const path = lab.effects.store.blob(sha256);
    const { atime, mtime } = statSync(path);
    chmodSync(path, 0o600);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 255;
    writeFileSync(path, bytes);
    // Size and time are as they were: only who reads it can tell.
    utimesSync(path, atime, mtime);
    lab.started();
    expect(await lab.measure(steps)).toEqual({ 'a.gguf': 'store', 'b.gguf': 'run', 'c.gguf': 'run' });
    expect(lab.started()).toContain('base');
    expect(lab.effects.told).toContainEqual({
      type: 'warning',
      message: expect.stringContaining('damaged') as string,
    });
  });

  it('that is gone when its turn comes is computed again, with one line', async () => {
    const lab = await laboratory({
      'a.gguf': () => {
        rmSync(lab.effects.store.blob(packed), { force: true });
        return {};
      },
    });
    const steps = [await lab.variant('a.gguf'), await lab.variant('b.gguf')];
    await runCached(kldBaseStep(lab.base, lab.settings), lab.effects, true);
    const packed = (await kept(lab))?.files[0]?.sha256 ?? '';
    expect(await lab.measure(steps, { parallel: 1 })).toEqual({ 'a.gguf': 'run', 'b.gguf': 'run' });
    const warnings = lab.effects.told.filter(({ type }) => type === 'warning');
    expect(warnings).toEqual([
      {
        type: 'warning',
        message: 'the kept base is not in the store any more; the base logits are computed again',
      },
    ]);
  });

  it('serves the lots that follow in the same run', async () => {
    const { lab, steps } = await three({});
    await lab.measure(steps, { base: 'keep', parallel: 1 });
    expect(lab.started()).toEqual(['a.gguf', 'b.gguf', 'base', 'c.gguf']);
  });

  it('is made ahead by its own step', async () => {
    const lab = await laboratory();
    await runCached(kldBaseStep(lab.base, lab.settings), lab.effects, true);
    expect(lab.started()).toEqual(['base']);
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({ 'a.gguf': 'run' });
    expect(lab.started()).toEqual(['a.gguf']);
  });

  it.each([
    [0, false],
    [2 ** 40, true],
  ])('with auto and a limit of %d bytes: kept is %s', async (baseLimitBytes, isKept) => {
    const lab = await laboratory();
    expect(await lab.measure([await lab.variant('a.gguf')], { base: 'auto', baseLimitBytes })).toEqual({
      'a.gguf': 'run',
    });
    expect((await kept(lab)) !== null).toBe(isKept);
    expect(
      lab.effects.told.some(
        ({ type, ...event }) =>
          type === 'step' && 'message' in event && /not kept: .*over the limit/.test(event.message),
      ),
    ).toBe(!isKept);
  });
});

describe('where there are no FIFOs', () => {
  const without = (behaviours: Parameters<typeof laboratory>[0] = {}) =>
    laboratory(behaviours, { hasFifos: false });

  it('the logits go through a file, which says so and how large it is, and are kept for later', async () => {
    const lab = await without();
    const steps = [await lab.variant('a.gguf'), await lab.variant('b.gguf')];
    expect(await lab.measure(steps.slice(0, 1), { base: 'keep' })).toEqual({ 'a.gguf': 'run' });
    expect(lab.effects.told.filter(({ type }) => type === 'step')).toEqual(
      expect.arrayContaining(
        [expect.stringContaining('no FIFOs'), 'the file of base logits takes 1.9 MiB'].map((message) => ({
          type: 'step',
          message: message as string,
        })),
      ),
    );
    expect(await lab.measure(steps)).toEqual({ 'a.gguf': 'store', 'b.gguf': 'run' });
    expect(lab.started()).toEqual(['a.gguf', 'b.gguf', 'base']);
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it('a file that the disk has no room for is not begun: the tool is ended when it has said how many chunks there are', async () => {
    const lab = await without({
      base: {
        says: 'perplexity: calculating perplexity over 2000000000 chunks, n_ctx=64',
        dies: 'never',
        stopsAtBytes: 0,
      },
    });
    const refused = expect.stringMatching(
      /^KLD_NO_ROOM: base pass of m\.gguf: the base logits take a file of .* TiB/,
    ) as string;
    expect(await lab.measure([await lab.variant('a.gguf'), await lab.variant('b.gguf')])).toEqual({
      'a.gguf': refused,
      'b.gguf': refused,
    });
    expect(lab.started()).toEqual(['base']);
    expect(leftovers(lab.effects.store)).toEqual([]);
  });

  it.each<[string, Behaviour, RegExp]>([
    [
      'ends too early',
      { stopsAtBytes: quarter },
      /^KLD_BASE_INCOMPLETE: base pass of m\.gguf: the base logits have 2\d{5} bytes instead of 19\d{5}/,
    ],
    [
      'writes nothing',
      { dies: 'with 0 before it opens' },
      /^KLD_BASE_INCOMPLETE: .* 0 bytes instead of at least 20/,
    ],
    ['has another context', { shape: { ...shape, ctx: 32 } }, /^KLD_BASE_WRONG: .*ctx 32 instead of 64/],
  ])('a base that %s is the error of all', async (_, base, error) => {
    const lab = await without({ base });
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(error) as string,
    });
    expect(lab.started()).toEqual(['base']);
    expect(leftovers(lab.effects.store)).toEqual([]);
  });
});

describe('a kept base and the team', () => {
  const [others, mine] = [
    { base: 'keep', shareBase: false },
    { base: 'keep', shareBase: true },
  ] as const;
  /** A machine that measures one variant in some way, and what it had to start for it. */
  const measured = async (
    remote: MemoryRemote,
    changes: Partial<MeasureSettings>,
    { name = 'a.gguf', lab }: { name?: string; lab?: Awaited<ReturnType<typeof laboratory>> } = {},
  ) => {
    const machine = lab ?? (await laboratory({}, { remote }));
    expect(await machine.measure([await machine.variant(name)], changes)).toEqual({ [name]: 'run' });
    await machine.effects.remotes.settle();
    return { lab: machine, started: machine.started() };
  };
  const bases = ({ actions }: MemoryRemote) =>
    [...actions.values()].filter((text) => text.includes('"kld-base"')).length;

  it('stays here unless that is wished, which can be later', async () => {
    const remote = memoryRemote();
    const { lab } = await measured(remote, others);
    expect(bases(remote)).toBe(0);
    expect((await measured(remote, mine, { name: 'b.gguf', lab })).started).toEqual(['b.gguf']);
    expect(bases(remote)).toBe(1);
  });

  it('goes there by wish from its own step too, whenever it was made', async () => {
    const remote = memoryRemote();
    const lab = await laboratory({}, { remote });
    for (const shareBase of [false, true]) {
      await runCached(kldBaseStep(lab.base, { ...lab.settings, shareBase }), lab.effects, true);
      await lab.effects.remotes.settle();
      expect(bases(remote)).toBe(shareBase ? 1 : 0);
    }
    expect(lab.started()).toEqual(['base']);
  });

  it.each<[Partial<MeasureSettings>, string[]]>([
    [{ base: 'stream' }, ['b.gguf', 'base']],
    [{ base: 'keep' }, ['b.gguf']],
    [{ base: 'auto', baseLimitBytes: 2 ** 40 }, ['b.gguf']],
    [{ base: 'auto', baseLimitBytes: 1000 }, ['b.gguf', 'base']],
  ])('with %j another machine starts %j', async (changes, started) => {
    const remote = memoryRemote();
    await measured(remote, mine);
    expect((await measured(remote, changes, { name: 'b.gguf' })).started).toEqual(started);
  });
});
