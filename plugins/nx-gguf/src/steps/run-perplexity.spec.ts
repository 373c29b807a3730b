import { GgufError } from '../core/errors.js';
import { requireBasePerplexity } from '../kld/perplexity-log.js';
import { runPerplexity } from './run-perplexity.js';
import { playTools, testBench, type PlayedTool } from './testing/effects.js';

const results = 'perplexity: calculating perplexity over 2 chunks, n_ctx=512\n[1]9.5000,[2]10.2500,\nFinal estimate: PPL = 10.2500 +/- 0.1\n';
const cut = 'perplexity: calculating perplexity over 2 chunks, n_ctx=512\n[1]9.5000,';

async function run(...plays: readonly PlayedTool[]) {
  const { runTool, ran } = playTools(...plays);
  const bench = testBench({ runTool });
  const result: unknown = await runPerplexity({ args: ['-m', 'm.gguf'], label: 'logits', read: requireBasePerplexity }, bench).catch((error: unknown) => error);
  return { result, ran, told: bench.told };
}

describe('runPerplexity', () => {
  it('reads the results that the tool printed', async () => {
    const { result, ran } = await run({ output: results });
    expect(result).toBe(10.25);
    expect(ran).toMatchObject([{ command: '/tools/llama-perplexity', args: ['-m', 'm.gguf'], env: { OMP_WAIT_POLICY: 'passive' } }]);
  });

  it('passes on the number of threads, which is no part of the recorded arguments', async () => {
    const { runTool, ran } = playTools({ output: results });
    await runPerplexity({ args: ['-m', 'm.gguf'], label: 'logits', read: requireBasePerplexity }, testBench({ runTool, threads: 3 }));
    expect(ran[0]?.args).toEqual(['-m', 'm.gguf', '-t', '3']);
  });

  it('runs the tool again when it ended well but its last lines are lost, and says so', async () => {
    const { result, ran, told } = await run({ output: cut }, { output: results });
    expect(result).toBe(10.25);
    expect(ran).toHaveLength(2);
    expect(told).toContainEqual({ type: 'warning', message: 'llama-perplexity ended without its last lines; running it again' });
  });

  it('gives up after three times', async () => {
    const { result, ran } = await run({ output: cut });
    expect(result).toMatchObject({ code: 'KLD_NO_STATISTICS' });
    expect(ran).toHaveLength(3);
  });

  it.each<[string, PlayedTool]>([
    // The tool exits with 0 when it fails.
    ['TEXT_TOO_SHORT', { output: 'perplexity: you need at least 1024 tokens to evaluate perplexity with a context of 512\n' }],
    ['DECODE_FAILED', { output: `${cut}\nperplexity : failed to decode\n` }],
    ['MODEL_NOT_LOADED', { output: 'main: error: unable to load model\n', exitCode: 1 }],
    ['TOOL_FAILED', { output: cut, exitCode: 139 }],
    ['TOOL_FAILED', { exitCode: 128 }],
    ['TOOL_FAILED', { output: results, exitCode: 1 }],
  ])('fails with %s at once (%#)', async (code, play) => {
    const { result, ran } = await run(play);
    expect(result).toMatchObject({ name: 'GgufError', code });
    expect(ran).toHaveLength(1);
  });

  it('of a tool that crashed shows exit code and last lines', async () => {
    const { result } = await run({ output: 'loading\nGGML_ASSERT(x) failed\n', exitCode: 134 });
    expect(result).toMatchObject({ message: 'llama-perplexity ended with exit code 134', tail: ['loading', 'GGML_ASSERT(x) failed'] });
  });

  it('does not repeat what was interrupted', async () => {
    const { result, ran } = await run({ act: () => { throw new GgufError('INTERRUPTED', 'stopped'); } });
    expect(result).toMatchObject({ code: 'INTERRUPTED' });
    expect(ran).toHaveLength(1);
  });

  it('tells how far it is, however the output is cut into pieces', async () => {
    const { told } = await run({ output: ['perplexity: calculating perplexity over 2 chu', 'nks, n_ctx=512\n[1]9.50', '00,', '[2]10.2500,\nFinal estimate: PPL = 10.2500 +/- 0.1\n'] });
    const progress = told.filter((event) => event.type === 'progress');
    expect(progress.map(({ label, done, total, unit }) => [label, done, total, unit])).toEqual(expect.arrayContaining([['logits', 1, 2, 'chunks'], ['logits', 2, 2, 'chunks']]));
    expect(progress.at(-1)).toMatchObject({ done: 2, total: 2 });
  });
});
