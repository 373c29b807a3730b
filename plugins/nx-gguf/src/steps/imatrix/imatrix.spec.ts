import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImatrixMake } from '../../core/generated/model.generated.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { temporaryStore } from '../../store/testing/temporary-store.js';
import { runTool } from '../../toolchain/run-tool.js';
import { lookUpElseMake } from '../../results/look-up-else-make.js';
import { playTools, testBench, testEffects } from '../testing/effects.js';
import { imatrixMakeStep } from './imatrix.js';

const file = (name: string) => ({ name, sha256: 'a'.repeat(64), sizeBytes: 1 });

/** What making a matrix of so many chunks, with data for these tensors, warns of. */
async function warnings(
  settings: Partial<ImatrixMake>,
  { chunks = 4, tensors = ['blk.0.ffn_up.weight'] } = {},
) {
  const { runTool } = playTools({
    act: ({ cwd }) => {
      writeFileSync(
        join(cwd, 'imatrix.gguf'),
        tinyGguf({
          metadata: [['imatrix.chunk_count', 'uint32', chunks]],
          tensors: tensors.map((name) => ({ name: `${name}.in_sum2`, shape: [1] })),
        }),
      );
    },
  });
  const bench = testBench({ runTool });
  const step = imatrixMakeStep({
    settings: { type: 'make', corpus: 'texts', ctx: 64, ...settings },
    model: [file('m.gguf')],
    corpus: file('t.txt'),
    toolchain: {},
  });
  const { facts } = await step.run(bench);
  return step.findings?.(facts);
}

describe('making a matrix', () => {
  it('tells that the text has fewer chunks than were asked for', async () => {
    await expect(warnings({ chunks: 100_000 })).resolves.toEqual([
      'imatrix.chunks is 100000, and t.txt has 4 chunks of 64 tokens: all of it is read',
    ]);
    await expect(warnings({ chunks: 4 })).resolves.toEqual([]);
    await expect(warnings({})).resolves.toEqual([]);
  });

  it('tells it again where the matrix is known already', async () => {
    const { runTool } = playTools({
      act: ({ cwd }) => {
        writeFileSync(
          join(cwd, 'imatrix.gguf'),
          tinyGguf({
            metadata: [['imatrix.chunk_count', 'uint32', 4]],
            tensors: [{ name: 'blk.0.ffn_up.weight.in_sum2', shape: [1] }],
          }),
        );
      },
    });
    const store = temporaryStore();
    const effects = testEffects({
      store,
      runTool,
      resolve: ({ sha256 }) => Promise.resolve(store.blob(sha256)),
    });
    const step = imatrixMakeStep({
      settings: { type: 'make', corpus: 'texts', ctx: 64, chunks: 142 },
      model: [file('m.gguf')],
      corpus: file('t.txt'),
      toolchain: {},
    });
    for (const origin of ['run', 'store']) {
      effects.told.length = 0;
      const found = await lookUpElseMake(step, effects, { needFiles: false, known: [] });
      expect(found.origin).toBe(origin);
      expect(effects.told).toContainEqual({
        type: 'warning',
        message: 'imatrix.chunks is 142, and t.txt has 4 chunks of 64 tokens: all of it is read',
      });
    }
  });

  it('tells that tied embeddings have no output matrix to collect for', async () => {
    await expect(warnings({ processOutput: true })).resolves.toEqual([
      expect.stringMatching(/^imatrix\.processOutput changes nothing: the model has no output\.weight/),
    ]);
    await expect(
      warnings({ processOutput: true }, { tensors: ['blk.0.ffn_up.weight', 'output.weight'] }),
    ).resolves.toEqual([]);
  });
});

const step = imatrixMakeStep({
  settings: { type: 'make', corpus: 'text' },
  model: [file('m.gguf')],
  corpus: file('t.txt'),
  toolchain: {},
});

/** A llama-imatrix that prints something and then computes on and on. */
function bench(prints: readonly string[], signal?: AbortSignal) {
  const script = `${prints.map((text) => `process.stdout.write(${JSON.stringify(text)});`).join('')} setInterval(() => undefined, 1000);`;
  const endings: unknown[] = [];
  const made = testBench({
    signal,
    runTool: (run) =>
      runTool({ ...run, command: process.execPath, args: ['-e', script] }).catch((error: unknown) => {
        endings.push((error as { code?: string }).code);
        throw error;
      }),
  });
  return { made, endings };
}

describe('making an importance matrix', () => {
  it.each([
    [['computing over 580 chunks\n', '[1]nan,'], '[1]nan'],
    [['computing over 580 chunks\n', '[1]12.5,[2]13', '.25,[3]-n', 'an,[4]nan,'], '[3]nan'],
    [['[1]inf,'], '[1]inf'],
  ])('ends with the first value that is no number: %j', async (prints, printed) => {
    const { made, endings } = bench(prints);
    await expect(step.run(made)).rejects.toMatchObject({
      code: 'IMATRIX_NOT_FINITE',
      message: expect.stringContaining(`llama-imatrix printed ${printed}:`) as string,
    });
    // The process was ended, and it was waited for.
    expect(endings).toEqual(['INTERRUPTED']);
  });

  it('goes on with numbers, until it is interrupted', async () => {
    const abort = new AbortController();
    const { made } = bench(['computing over 580 chunks\n', '[1]12.5,[2]13.25,'], abort.signal);
    const told = new Promise<void>((resolve) => {
      made.report = (event) => {
        if (event.type === 'progress' && event.done === 2) resolve();
      };
    });
    const running = expect(step.run(made)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await told;
    abort.abort();
    await running;
  });
});
