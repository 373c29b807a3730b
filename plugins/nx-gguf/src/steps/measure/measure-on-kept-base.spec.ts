import { chmodSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { memoryRemote, type MemoryRemote } from '../../remote/testing/memory-remote.js';
import { findAction } from '../../store/actions.js';
import { kldBaseAction } from './kld-base.js';
import { kldBaseStep, type MeasureSettings } from './measure.js';
import { runCached } from '../run-cached.js';
import { actionKey } from '../step.js';
import { laboratory, shape, threeVariants } from '../testing/measured-base.js';

describe('a kept base', () => {
  const kept = async (lab: Awaited<ReturnType<typeof laboratory>>) =>
    findAction(lab.effects.store, actionKey(kldBaseAction(lab.base)));

  it('is encoded while variants read it, and read by later ones without a base pass', async () => {
    const {
      lab,
      steps: [a, ...others],
    } = await threeVariants({});
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
    const { lab, steps } = await threeVariants({});
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
    const { lab, steps } = await threeVariants({});
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
