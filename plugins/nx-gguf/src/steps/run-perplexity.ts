import { isGgufError } from '../core/errors.js';
import { baseProgress, chunkRow } from '../kld/perplexity-log.js';
import { loggingEnvironment } from '../kld/tool-flags.js';
import { toolFailed } from '../toolchain/run-tool.js';
import type { Workbench } from './step.js';

/** A run of llama-perplexity: what its progress is called, and the function that reads the results it prints. */
export interface PerplexityRun<T> {
  args: readonly string[];
  label: string;
  read: (output: string) => T;
}

const attempts = 3;

/**
 * Runs llama-perplexity and reads its results. It exits 0 when it fails, so what it printed decides, then the exit code.
 * The stock tool may end before its last lines are out; a run that lost them, and says nothing of a failure, is repeated.
 */
export async function runPerplexity<T>(run: PerplexityRun<T>, bench: Workbench): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(run, bench);
    } catch (error) {
      if (!isGgufError(error) || error.code !== 'KLD_NO_STATISTICS' || attempt === attempts) throw error;
      bench.report({ type: 'warning', message: 'llama-perplexity ended without its last lines; running it again' });
    }
  }
}

async function runOnce<T>({ args, label, read }: PerplexityRun<T>, bench: Workbench): Promise<T> {
  const result = await bench.runTool({
    command: await bench.tools.llama('llama-perplexity'),
    args: [...args, ...(bench.threads === undefined ? [] : ['-t', String(bench.threads)])],
    cwd: bench.directory,
    env: loggingEnvironment,
    onOutput: chunkProgress(label, bench),
    mayFail: true,
    ...(bench.signal === undefined ? {} : { signal: bench.signal }),
  });
  if (result.exitCode === 0) return read(result.output);
  rethrowNamed(() => read(result.output));
  throw toolFailed('llama-perplexity', result);
}

/** Throws the reason that the tool named: worth more than how it ended, which is worth more than results that are missing. */
function rethrowNamed(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!isGgufError(error) || error.code !== 'KLD_NO_STATISTICS') throw error;
  }
}

function chunkProgress(label: string, { report }: Workbench): (text: string) => void {
  let recent = '';
  let total: number | null = null;
  return (text) => {
    recent = (recent + text).slice(-4096);
    total = Number(/over (\d+) chunks/.exec(recent)?.[1] ?? Number.NaN) || total;
    const done = baseProgress(recent).at(-1)?.chunk ?? recent.split('\n').map(chunkRow).findLast((row) => row !== null)?.chunk;
    if (done !== undefined) report({ type: 'progress', label, done, total, unit: 'chunks' });
  };
}
