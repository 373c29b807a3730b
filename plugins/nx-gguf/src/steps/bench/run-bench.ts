import type { BenchSettings } from '../../core/generated/model.generated.js';
import { benchArgs, benchTestCount } from '../../speed/bench-args.js';
import { benchFailureIn } from '../../speed/bench-failures.js';
import { benchProgress, requireBenchOutput, type BenchOutput } from '../../speed/bench-output.js';
import { toolFailed } from '../../toolchain/run-tool.js';
import type { Workbench } from '../step.js';

/** One run of llama-bench. */
export interface BenchRunOptions {
  /** Name of the GGUF in the work directory. */
  model: string;
  settings: BenchSettings;
  /** Told how many of how many samples are begun. */
  onProgress: (done: number, total: number) => void;
}

const mostStdoutCharacters = 16 << 20;
const mostStderrCharacters = 1 << 20;

/**
 * Runs llama-bench and reads its results. What it printed decides: a failure that it names, then a bad end,
 * then results that are missing.
 */
export async function runBench(
  { model, settings, onProgress }: BenchRunOptions,
  bench: Workbench,
): Promise<BenchOutput> {
  const printed = { stdout: '', stderr: '' };
  const result = await bench.runTool({
    command: await bench.tools.llama('llama-bench'),
    args: benchArgs(model, settings),
    cwd: bench.directory,
    onOutput: (text, stream) => {
      printed[stream] = (printed[stream] + text).slice(
        stream === 'stdout' ? -mostStdoutCharacters : -mostStderrCharacters,
      );
      const seen = stream === 'stderr' ? benchProgress(text) : null;
      if (seen !== null) onProgress((seen.test - 1) * seen.runs + seen.run - 1, seen.tests * seen.runs);
    },
    mayFail: true,
    ...(bench.signal === undefined ? {} : { signal: bench.signal }),
  });
  if (result.exitCode !== 0) throw benchFailureIn(printed.stderr) ?? toolFailed('llama-bench', result);
  return requireBenchOutput({ ...printed, expectedTests: benchTestCount(settings) });
}
