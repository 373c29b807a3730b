import type { Report } from '../core/events.js';
import type { StoreLayout } from '../store/layout.js';
import type { parsedArguments } from './parsed-arguments.js';

/** The parts of this process that the command uses. */
export interface StoreCommandContext {
  env: Readonly<Record<string, string | undefined>>;
  /** Options of the plugin in nx.json, where the command runs in a workspace. */
  pluginOptions?: unknown;
  nowMs: number;
  print: (text: string) => void;
  report?: Report;
  /** The clock that long work goes by; the system's where it is left out. */
  clock?: { nowMs: () => number; sleep: (ms: number) => Promise<unknown> };
}

/** What was given to a command, checked by its usage. */
export type StoreArguments = ReturnType<typeof parsedArguments>;

/** A command of `nx-gguf store`, on an open store; its exit code. */
export type StoreCommand = (
  layout: StoreLayout,
  args: StoreArguments,
  context: StoreCommandContext,
) => Promise<number>;
