import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { playTools, testBench } from '../testing/effects.js';
import { floats } from '../testing/imatrix-bytes.js';
import { imatrixMakeStep } from './imatrix.js';

const file = (name: string) => ({ name, sha256: 'a'.repeat(64), sizeBytes: 1 });
const step = imatrixMakeStep({
  settings: { type: 'make', corpus: 'texts' },
  model: [file('m.gguf')],
  corpus: file('t.txt'),
  toolchain: {},
});

/** What the step told when llama-imatrix printed this. */
async function run(output: string | string[], exitCode = 0) {
  const { runTool, ran } = playTools({
    output,
    exitCode,
    act: ({ cwd }) => {
      writeFileSync(
        join(cwd, 'imatrix.gguf'),
        tinyGguf({ tensors: [{ name: 'a.in_sum2', shape: [1], data: floats(1) }] }),
      );
    },
  });
  const bench = testBench({ runTool });
  const { commands } = await step.run(bench);
  return { warnings: bench.told.filter(({ type }) => type === 'warning'), commands, ran };
}

describe('imatrixMakeStep', () => {
  it('tells what llama-imatrix warned of once, also where its output comes in pieces', async () => {
    const warned = "W save_imatrix: entry 'blk.0.ffn_up_exps.weight' has partial data (50.00%)\n";
    const { warnings, commands, ran } = await run([
      '[1]5.0,\n',
      warned.slice(0, 30),
      warned.slice(30),
      warned,
    ]);
    expect(warnings).toEqual([
      {
        type: 'warning',
        message: "llama-imatrix: save_imatrix: entry 'blk.0.ffn_up_exps.weight' has partial data (50.00%)",
      },
    ]);
    // How it is run here is no part of the command that others repeat.
    expect(ran[0]?.args).toContain('--log-prefix');
    expect(commands[0]).not.toContain('--log-prefix');
    expect((await run('[1]5.0,\n')).warnings).toEqual([]);
  });

  it('knows failures behind the mark of their level', async () => {
    await expect(
      run('E collect_imatrix: non-finite values detected in blk.0.ffn_up.weight\n', 1),
    ).rejects.toMatchObject({ code: 'IMATRIX_NOT_FINITE' });
  });
});
