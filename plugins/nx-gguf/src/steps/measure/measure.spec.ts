import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { lookUpElseMake } from '../../results/look-up-else-make.js';
import { findAction } from '../../store/actions.js';
import { adoptFile } from '../../store/blobs.js';
import { leftovers } from '../../store/testing/temporary-store.js';
import { kldBaseAction } from './kld-base.js';
import { kldBaseStep } from './measure.js';
import { runCached } from '../run-cached.js';
import { actionKey } from '../step.js';
import { laboratory, someBytes, shape, threeVariants, type Behaviour } from '../testing/measured-base.js';

describe('measuring together', () => {
  it('one base pass feeds all; the second time all come from the store', async () => {
    const { lab, steps } = await threeVariants({});
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
  ])('tells when %s are asked for, by each result, also a known one', async (_, chunks, count) => {
    const lab = await laboratory();
    lab.base.parameters.chunks = chunks;
    const warning = {
      type: 'warning',
      message: 'evaluation.chunks is 1000, and t.txt has 8 chunks of 64 tokens: all of it is read',
    };
    for (const origin of ['run', 'store']) {
      lab.effects.told.length = 0;
      expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({ 'a.gguf': origin });
      expect(lab.effects.told.filter(({ type }) => type === 'warning')).toEqual(Array(count).fill(warning));
    }
  });

  it('what is found in text and model reaches each result, also one on kept logits and a known one', async () => {
    const lab = await laboratory();
    const { store } = lab.effects;
    const adopted = async (name: string, bytes: Uint8Array) => {
      writeFileSync(join(store.root, name), bytes);
      return { name, ...(await adoptFile(store, join(store.root, name))) };
    };
    lab.base.corpus = await adopted('t.txt', Buffer.from('Grüße', 'latin1'));
    lab.base.model = [
      await adopted(
        'm.gguf',
        tinyGguf({
          metadata: [
            ['general.architecture', 'string', 'x'],
            ['x.context_length', 'uint32', 32],
            ['tokenizer.ggml.tokens', 'array', 'string', Array.from({ length: shape.vocabulary }, String)],
          ],
        }),
      ),
    ];
    const runs: [string, string][] = [
      ['a.gguf', 'run'],
      ['b.gguf', 'run'],
      ['a.gguf', 'store'],
    ];
    for (const [name, origin] of runs) {
      lab.effects.told.length = 0;
      expect(await lab.measure([await lab.variant(name)], { base: 'keep' })).toEqual({ [name]: origin });
      const told = lab.effects.told.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
      expect([...new Set(told)]).toEqual([
        expect.stringMatching(/^t\.txt is no UTF-8 /),
        expect.stringMatching(/^evaluation\.ctx is 64, and the model was trained on contexts of 32 tokens/),
      ]);
    }
    expect(lab.started()).toEqual(['a.gguf', 'b.gguf', 'base']);
    const facts = { foreignText: 'is no UTF-8 (before byte 5)', trainedContext: 32 };
    for (const action of [kldBaseAction(lab.base), (await lab.variant('b.gguf')).action])
      expect((await findAction(store, actionKey(action)))?.facts).toMatchObject(facts);
  });

  it('the logits that are kept tell of a short text, whenever they are asked for', async () => {
    const lab = await laboratory();
    lab.base.parameters.chunks = 1000;
    for (const expected of ['run', 'store']) {
      lab.effects.told.length = 0;
      const step = kldBaseStep(lab.base, lab.settings);
      const { origin } = await lookUpElseMake(step, lab.effects, { needFiles: false, known: [] });
      expect(origin).toBe(expected);
      expect(lab.effects.told).toContainEqual({
        type: 'warning',
        message: 'evaluation.chunks is 1000, and t.txt has 8 chunks of 64 tokens: all of it is read',
      });
    }
  });

  it('the key holds what can change a digit, and not how the base comes', async () => {
    const lab = await laboratory();
    const step = await lab.variant('a.gguf');
    expect(JSON.stringify(step.action.parameters)).not.toMatch(/stream|keep|"-t"/);
    expect(JSON.stringify(step.action.parameters)).toMatch(/"-c","64".*"-ub","64"/);
  });

  it.each<[string, Behaviour, RegExp]>([
    [
      'is killed while it reads',
      { dies: 'while it runs', stopsAtBytes: someBytes },
      /^TOOL_FAILED: .*SIGKILL/,
    ],
    ['is killed before it opens the FIFO', { dies: 'before it opens' }, /^TOOL_FAILED: .*SIGKILL/],
    [
      'cannot be loaded, and exits with 0',
      { dies: 'with 0 before it opens', says: 'main: error: unable to load model' },
      /^MODEL_NOT_LOADED/,
    ],
  ])('one that %s fails alone', async (_, first, error) => {
    const { lab, steps } = await threeVariants(first);
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
      { dies: 'while it runs', stopsAtBytes: someBytes },
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
    ['ends well, but too early', { stopsAtBytes: someBytes }, /^KLD_BASE_INCOMPLETE: base pass of m\.gguf/],
  ])('a base that %s is the error of all', async (_, base, error) => {
    const { lab, steps } = await threeVariants({}, base);
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
    const lab = await laboratory({ 'a.gguf': { dies: 'while it runs', stopsAtBytes: someBytes } });
    expect(await lab.measure([await lab.variant('a.gguf')])).toEqual({
      'a.gguf': expect.stringMatching(/^TOOL_FAILED/) as string,
    });
    expect(lab.started()).toEqual(['a.gguf', 'base']);
  });

  it('an interrupt ends all, also those that wait', async () => {
    const abort = new AbortController();
    const stuck: Behaviour = { dies: 'never', stopsAtBytes: someBytes };
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
    const lab = await laboratory({ base: { dies: 'never', stopsAtBytes: someBytes } });
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
    const { lab, steps } = await threeVariants(() => ({ silent: runs++ === 0 }));
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
    const { lab, steps } = await threeVariants({});
    await lab.measure(steps, { parallel: 2 });
    expect(lab.started()).toEqual(['a.gguf', 'b.gguf', 'base', 'base', 'c.gguf']);
  });
});
