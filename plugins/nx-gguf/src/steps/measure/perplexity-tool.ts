import { GgufError, isGgufError } from '../../core/errors.js';
import type { ChunkRow } from '../../kld/tool/chunk-row.js';
import { kldReader, type KldFigures } from '../../kld/tool/kld-reader.js';
import { failureIn, toolLines } from '../../kld/tool/perplexity-failures.js';
import { loggingEnvironment } from '../../kld/tool/tool-flags.js';
import { parentVariable } from '../../toolchain/flushing-perplexity.js';
import { toolFailed, type ToolResult } from '../../toolchain/run-tool.js';
import { lineReader } from '../../toolchain/line-reader.js';
import type { Workbench } from '../step.js';

/** A run of llama-perplexity in a directory. */
export interface PerplexityRun {
  args: readonly string[];
  threads: number;
  signal: AbortSignal;
  /** Called with each piece of output. */
  onOutput?: (text: string) => void;
  onRow?: (row: ChunkRow) => void;
}

const tool = 'llama-perplexity';

/** Runs a base pass and returns how it ended, failed or not. */
export async function runBasePass(run: PerplexityRun, bench: Workbench): Promise<ToolResult> {
  return start(run, bench, (text) => run.onOutput?.(text));
}

/**
 * Runs a variant's pass and reads its figures. The tool exits 0 when it fails, so what it printed decides,
 * then the exit code.
 * @throws GgufError `TOOL_FAILED`, `INTERRUPTED`, and what the tool's reader throws
 */
export async function runVariantPass(run: PerplexityRun, bench: Workbench): Promise<KldFigures> {
  const reader = kldReader();
  const take = (line: string): void => {
    const row = reader.line(line);
    if (row !== null) run.onRow?.(row);
  };
  // Pieces of one stream can come between those of a line of the other.
  const streams = { stdout: lineReader(take), stderr: lineReader(take) };
  const result = await start(run, bench, (text, stream) => {
    run.onOutput?.(text);
    streams[stream](text);
  });
  for (const stream of Object.values(streams)) stream('\n');
  if (result.exitCode === 0) return reader.result();
  rethrowNamed(reader.result);
  throw toolFailed(tool, result);
}

/**
 * The error of a base pass whose logits are incomplete: the reason that the tool named, else how it ended.
 */
export function baseFailure(result: ToolResult, incomplete: GgufError): GgufError {
  return (
    failureIn(toolLines(result.output)) ?? (result.exitCode === 0 ? incomplete : toolFailed(tool, result))
  );
}

async function start(
  { args, threads, signal }: PerplexityRun,
  bench: Workbench,
  onOutput: (text: string, stream: 'stdout' | 'stderr') => void,
): Promise<ToolResult> {
  const command = await bench.tools.llama(tool);
  return bench.runTool({
    command,
    args: [...args, '-t', String(threads)],
    cwd: bench.directory,
    env: { ...loggingEnvironment, [parentVariable]: String(process.pid) },
    mayFail: true,
    signal,
    onOutput,
  });
}

/**
 * Throws the reason that the tool named. It tells more than the exit code, which tells more than missing
 * results.
 */
function rethrowNamed(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!isGgufError(error) || error.code !== 'KLD_NO_STATISTICS') throw error;
  }
}
