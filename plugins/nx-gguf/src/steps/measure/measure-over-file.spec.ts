import { leftovers } from '../../store/testing/temporary-store.js';
import { laboratory, someBytes, shape, type Behaviour } from '../testing/measured-base.js';

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
      { stopsAtBytes: someBytes },
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
