import { GgufError } from '../core/errors.js';
import { baseProgress, chunkRow } from '../kld/perplexity-log.js';
import { lastLines } from '../toolchain/run-tool.js';
import type { Workbench } from './step.js';

/** A run of llama-perplexity: what progress is called, and the function that reads the results it prints. */
export interface PerplexityRun<T> {
  args: readonly string[];
  label: string;
  read: (output: string) => T;
}

/** Runs llama-perplexity and reads its results. It exits 0 when it fails, so what it printed decides, then the exit code. */
export async function runPerplexity<T>({ args, label, read }: PerplexityRun<T>, bench: Workbench): Promise<T> {
  const progress = chunkProgress(label, bench);
  const { output, exitCode } = await bench.runTool({
    command: await bench.tools.llama('llama-perplexity'),
    args: [...args, ...(bench.threads === undefined ? [] : ['-t', String(bench.threads)])],
    cwd: bench.directory,
    onOutput: progress,
    mayFail: true,
    ...(bench.signal === undefined ? {} : { signal: bench.signal }),
  });
  const result = read(output);
  if (exitCode !== 0) throw new GgufError('TOOL_FAILED', `llama-perplexity ended with exit code ${exitCode}`, { tail: lastLines(output) });
  return result;
}

function chunkProgress(label: string, { report }: Workbench): (text: string) => void {
  let recent = '';
  let total: number | null = null;
  return (text) => {
    recent = (recent + text).slice(-4096);
    total = Number(/(?:over|calculating perplexity over|computing over) (\d+) chunks/.exec(recent)?.[1] ?? Number.NaN) || total;
    const done = baseProgress(recent).at(-1)?.chunk ?? recent.split('\n').map(chunkRow).findLast((row) => row !== null)?.chunk;
    if (done !== undefined) report({ type: 'progress', label, done, total, unit: 'chunks' });
  };
}
