import { GgufError, systemErrorCode } from '../core/errors.js';
import { startProcess } from './start-process.js';
import type { ToolKind } from './tool-environment.js';

/** One process to run: argv without a shell. */
export interface ToolRun {
  command: string;
  args: readonly string[];
  cwd: string;
  /** Which variables of the environment it gets, `compute` when absent. */
  kind?: ToolKind;
  /** Added to these; `undefined` removes a variable. */
  env?: Readonly<Record<string, string | undefined>>;
  /**
   * Called with each piece of output as it comes, both streams; pieces of one can come between those of a
   * line of the other.
   */
  onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
  /** Ends the process (SIGTERM, then SIGKILL after 5 s). */
  signal?: AbortSignal;
  /** Do not throw on a non-zero exit code. */
  mayFail?: boolean;
}

/** How a process ended, and the end of what it printed. */
export interface ToolResult {
  exitCode: number;
  /** The exit code or the signal in words, e.g. `was ended by SIGILL`. */
  ending: string;
  /** Both streams, up to the last `capturedBytes`. */
  output: string;
}

/** Runs tools: the port through which steps start processes. */
export type RunTool = (run: ToolRun) => Promise<ToolResult>;

const capturedBytes = 1 << 20;
const tailLines = 20;

/**
 * Runs a process to its end; keeps at most the last MiB of its output.
 * @throws GgufError `TOOL_MISSING`, `TOOL_FAILED` (with the last lines it printed) or `INTERRUPTED`.
 */
export const runTool: RunTool = async (run) => {
  let output = '';
  const { kind = 'compute', command, args, env = {} } = run;
  const { child } = await startProcess({ kind, command, args, env }, spawnOptions(run));
  const keep =
    (stream: 'stdout' | 'stderr') =>
    (data: string): void => {
      output = (output + data).slice(-capturedBytes);
      run.onOutput?.(data, stream);
    };
  child.stdout.setEncoding('utf8').on('data', keep('stdout'));
  child.stderr.setEncoding('utf8').on('data', keep('stderr'));
  const result = await child;
  if (result.isCanceled) throw new GgufError('INTERRUPTED', `${run.command} was interrupted`);
  if (result.exitCode === undefined && result.signal === undefined) throw startError(run, result.cause);
  const ended: ToolResult = {
    exitCode: result.exitCode ?? 128,
    ending:
      result.signal === undefined
        ? `ended with exit code ${result.exitCode ?? 128}`
        : `was ended by ${result.signal}`,
    output,
  };
  if (ended.exitCode !== 0 && run.mayFail !== true) throw toolFailed(nameOf(run.command), ended);
  return ended;
};

/** The error for a tool that ended badly, with the last lines it printed. */
export function toolFailed(tool: string, { ending, output }: ToolResult): GgufError {
  const known = Object.keys(endings).find((signal) => ending.endsWith(signal));
  return new GgufError('TOOL_FAILED', `${tool} ${ending}`, {
    tail: lastLines(output),
    ...(known === undefined ? {} : { hint: endings[known] }),
  });
}

const endings: Readonly<Record<string, string>> = {
  SIGILL:
    'It was compiled for another CPU: build it here, or choose fewer instruction sets with build.cmakeOptions in toolchain.json.',
  SIGKILL: 'Somebody killed it; on Linux this is also how a machine without free memory ends a process.',
};

/** The last lines of a tool's output, the way a terminal would have left them. */
export function lastLines(output: string, count = tailLines): string[] {
  const lines = output
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1).trimEnd());
  return lines.filter((line) => line !== '').slice(-count);
}

function spawnOptions({ cwd, signal }: ToolRun) {
  return {
    cwd,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    forceKillAfterDelay: 5000,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  } as const;
}

function startError(run: ToolRun, cause: unknown): GgufError {
  const code = systemErrorCode(cause);
  const why =
    code === 'ENOENT'
      ? 'not found'
      : code === 'EACCES'
        ? 'not executable'
        : String((cause as Error | undefined)?.message ?? cause);
  return new GgufError('TOOL_MISSING', `cannot start ${run.command}: ${why}`, {
    cause,
    hint: 'Run the `doctor` target of the toolchain project to see what is missing.',
  });
}

function nameOf(command: string): string {
  return command.slice(Math.max(command.lastIndexOf('/'), command.lastIndexOf('\\')) + 1);
}
