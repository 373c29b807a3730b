import type { Options, ResultPromise } from 'execa';
import { toolEnvironment, type ToolKind } from './tool-environment.js';

/** A program and what it gets; `env` is added to the variables that its kind gets, `undefined` removes one. */
export interface ProcessStart {
  kind: ToolKind;
  command: string;
  args: readonly string[];
  /** The environment to choose from; that of this process when absent. */
  around?: Readonly<Record<string, string | undefined>>;
  env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Starts a child process without a shell: the one place that does, so that no child gets the environment of this
 * process as it is.
 */
export async function startProcess<O extends Omit<Options, 'env' | 'extendEnv'>>(
  { kind, command, args, around = process.env, env = {} }: ProcessStart,
  options: O,
): Promise<{ child: ResultPromise<O> }> {
  const { execa } = await import('execa');
  const whole = { ...options, env: { ...toolEnvironment(kind, around), ...env }, extendEnv: false };
  // A subprocess is a promise of its end, which `await` would wait for.
  return { child: execa(command, args, whole) as unknown as ResultPromise<O> };
}
