import type { Report } from '../core/events.js';
import type { Toolchain } from '../core/generated/toolchain.generated.js';
import type { RunTool } from './run-tool.js';
import type { ToolKind } from './tool-environment.js';

/** What the toolchain's functions work with; nothing else of the process is read. */
export interface ToolchainContext {
  config: Toolchain;
  /** Absolute directory of toolchain.json; its relative paths start there. */
  configDir: string;
  /** Absolute directory that holds all toolchains. */
  root: string;
  runTool: RunTool;
  env: Readonly<Record<string, string | undefined>>;
  host: { platform: string; arch: string; cpuModel: string; cores: number };
  report: Report;
  /** Parts that are going to be made from the source: what they need is looked for before it is fetched. */
  wanted?: readonly ('build' | 'python')[];
  signal?: AbortSignal;
}

/** Runs a process in the context, and returns what it printed. */
export async function output(
  context: ToolchainContext,
  argv: readonly [string, ...string[]],
  options: {
    cwd: string;
    kind?: ToolKind;
    env?: Record<string, string | undefined>;
    onOutput?: (text: string) => void;
  },
): Promise<string> {
  const [command, ...args] = argv;
  const { output: text } = await context.runTool({
    command,
    args,
    ...options,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  return text;
}
