import { GgufError, isGgufError } from '../../core/errors.js';
import { brokenValue, type BrokenValue, type ChunkRow } from '../../kld/tool/chunk-row.js';
import { kldReader, type KldFigures } from '../../kld/tool/kld-reader.js';
import { failureIn, toolLines } from '../../kld/tool/perplexity-failures.js';
import { progressReader, progressText, type BaseProgress } from '../../kld/tool/perplexity-log.js';
import { loggingEnvironment } from '../../kld/tool/tool-flags.js';
import { parentVariable } from '../../toolchain/flushing-perplexity.js';
import { lastLines, toolFailed, type ToolResult } from '../../toolchain/run-tool.js';
import { lineReader } from '../../toolchain/line-reader.js';
import type { Workbench } from '../step.js';

/** A run of llama-perplexity in a directory. */
export interface PerplexityRun {
  args: readonly string[];
  threads: number;
  signal: AbortSignal;
  /** Called with each piece of output. */
  onOutput?: (text: string) => void;
}

/** A run on the unquantized model. */
export interface BaseRun extends PerplexityRun {
  /** Gets each chunk that the tool reports as done, with the perplexity so far. */
  onChunk?: (chunk: BaseProgress) => void;
}

/** How a base pass ended, and the perplexity that it printed after each chunk. */
export interface BaseResult extends ToolResult {
  running: readonly number[];
}

/** What the unquantized model gave up to a chunk; `unknown` when its pass ended before it said. */
export type BaseState = 'finite' | 'broken' | 'unknown';

/** A run on a variant. */
export interface VariantPassRun extends PerplexityRun {
  onRow?: (row: ChunkRow) => void;
  /** Tells, once it is known, whether the unquantized model gave finite values up to a chunk. */
  baseState: (chunk: number) => Promise<BaseState>;
}

const tool = 'llama-perplexity';
const keptOutput = 16 * 1024;

/**
 * Runs a base pass and returns how it ended, failed or not. It is ended at the first perplexity that is no
 * finite number: all are means over the chunks so far, so none after it is one.
 * @throws GgufError `KLD_NOT_FINITE`, `INTERRUPTED`
 */
export async function runBasePass(run: BaseRun, bench: Workbench): Promise<BaseResult> {
  const read = progressReader();
  const running: number[] = [];
  const hopeless = new AbortController();
  const state: { broken: BaseProgress | null; output: string } = { broken: null, output: '' };
  const take = (chunk: BaseProgress): void => {
    if (state.broken !== null) return;
    if (Number.isFinite(chunk.perplexity)) {
      running[chunk.chunk - 1] = chunk.perplexity;
      return run.onChunk?.(chunk);
    }
    state.broken = chunk;
    hopeless.abort();
  };
  const signal = AbortSignal.any([run.signal, hopeless.signal]);
  const [ending] = await Promise.allSettled([
    start({ ...run, signal }, bench, (text, stream) => {
      run.onOutput?.(text);
      state.output = (state.output + text).slice(-keptOutput);
      if (stream === 'stdout') for (const chunk of read(text)) take(chunk);
    }),
  ]);
  if (state.broken !== null)
    throw new GgufError(
      'KLD_NOT_FINITE',
      `llama-perplexity printed ${progressText(state.broken)}: the unquantized model gave no finite number first, and the rest was not computed`,
      {
        hint: 'The unquantized model computes NaN or infinity, whatever the variants do: check its weights, its conversion, and the precision it is computed in.',
        tail: lastLines(state.output),
      },
    );
  if (ending.status === 'rejected') throw ending.reason as Error;
  return { ...ending.value, running };
}

/**
 * Runs a variant's pass and reads its figures. The tool exits 0 when it fails, so what it printed decides,
 * then the exit code. It is ended at the first value that is no finite number.
 * @throws GgufError `TOOL_FAILED`, `INTERRUPTED` (also when the unquantized model gave no finite number before),
 *   `KLD_NOT_FINITE`, and what the tool's reader throws
 */
export async function runVariantPass(run: VariantPassRun, bench: Workbench): Promise<KldFigures> {
  const reader = kldReader();
  const hopeless = new AbortController();
  const state: { broken: BrokenValue | null; output: string } = { broken: null, output: '' };
  const take = (line: string): void => {
    if (state.broken !== null) return;
    const row = reader.line(line);
    if (row === null) return;
    state.broken = brokenValue([row]);
    if (state.broken === null) run.onRow?.(row);
    else hopeless.abort();
  };
  // Pieces of one stream can come between those of a line of the other.
  const streams = { stdout: lineReader(take), stderr: lineReader(take) };
  const signal = AbortSignal.any([run.signal, hopeless.signal]);
  const [ending] = await Promise.allSettled([
    start({ ...run, signal }, bench, (text, stream) => {
      run.onOutput?.(text);
      state.output = (state.output + text).slice(-keptOutput);
      streams[stream](text);
    }),
  ]);
  for (const stream of Object.values(streams)) stream('\n');
  if (state.broken !== null)
    throw notFinite(state.broken, await run.baseState(state.broken.chunk), lastLines(state.output));
  if (ending.status === 'rejected') throw ending.reason as Error;
  const result = ending.value;
  if (result.exitCode === 0) return reader.result();
  rethrowNamed(reader.result);
  throw toolFailed(tool, result);
}

/** The error of a variant with a value that no later chunk mends, by what the unquantized model gave so far. */
function notFinite({ label, printed, chunk }: BrokenValue, base: BaseState, tail: string[]): GgufError {
  const words = `llama-perplexity printed a ${label} of ${printed} after chunk ${chunk}`;
  switch (base) {
    case 'broken':
      return new GgufError('INTERRUPTED', words);
    case 'finite':
      return new GgufError(
        'KLD_NOT_FINITE',
        `${words}, where the unquantized model still gave finite numbers; the rest was not computed`,
        {
          hint: 'This variant computes NaN or infinity, and the unquantized model does not: check the types of its most sensitive tensors and its importance matrix.',
          tail,
        },
      );
    case 'unknown':
      return new GgufError('KLD_NOT_FINITE', `${words}; the rest was not computed`, {
        hint: 'The pass of the unquantized model ended before it said whether it gave finite numbers: measure again.',
        tail,
      });
  }
}

/**
 * The error of a base pass whose logits are incomplete: the reason that the tool named, else how it ended.
 */
export function baseFailure(result: ToolResult, incomplete: GgufError): GgufError {
  return (
    failureIn(toolLines(result.output)) ?? (result.exitCode === 0 ? incomplete : toolFailed(tool, result))
  );
}

/** The error of a pass that ended well, but without its last lines. */
export function lostWords(of: string): GgufError {
  return new GgufError('KLD_NO_STATISTICS', `llama-perplexity ended without the last lines of ${of}`, {
    hint: 'Run it again. A toolchain that nx-gguf builds waits for them; one of ready binaries may not.',
  });
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
