import type { ExecutorContext } from '@nx/devkit';
import { createRemotes } from '../remote/create-remotes.js';
import { processName } from '../files/process-file-name.js';
import { defaultStoreRoot, openStore, storeFailure } from '../store/store.js';
import { targetPrefix } from '../infer/target-prefix.js';
import { checkOptions } from './checked-options.js';
import { requireDeclaredTarget } from './declared-target.js';
import { errorText } from '../terminal/report-error.js';
import { createResults } from '../results/create-results.js';
import { pluginOptions } from '../infer/plugin-options.js';
import { progressReporter } from '../terminal/progress.js';
import { terminalText } from '../terminal/terminal-text.js';
import { targetKindsWith, type TargetKind } from '../core/step-registry.js';
import type { TargetRef } from '../core/target.js';
import { projectsBuiltOn } from './projects-built-on.js';
import type { Environment, Results } from '../results/results.js';
import { namedHub } from '../upstream/hub/hub-endpoint.js';
import type { Workspace } from '../workspace/workspace.js';

const variantKinds = new Set(targetKindsWith(({ isPerVariant = false }) => isPerVariant));

/** The context of an executor's own work. */
export interface Execution<O> {
  options: O;
  project: string;
  environment: Environment;
  results: Results;
  print: (text: string) => void;
  /** True when the user asked for this target, and not merely for something that builds on it. */
  isRequested: boolean;
  /** The projects of all tasks that this one builds on; null where that is not known. */
  builtOn: ReadonlySet<string> | null;
  /** All tasks of the run, e.g. `tiny-qwen35:convert`. */
  tasks: ReadonlySet<string>;
  ref: (kind: TargetKind) => TargetRef;
}

/** Options that several executors have. */
export interface CommonOptions {
  variant?: string;
  reference?: string;
  threads?: number;
  maxBytesPerSecond?: number;
}

/**
 * An executor around a piece of work: options checked, store opened, interrupts turned into a clean stop, and
 * every error printed as code, message and hint.
 */
export function executor<O extends object>(
  schema: object,
  work: (execution: Execution<O>) => Promise<void>,
): (options: O, context: ExecutorContext) => Promise<{ success: boolean }> {
  return async (options, context) => {
    const progress = progressReporter({
      write: (text) => process.stdout.write(text),
      isTerminal: process.stdout.isTTY,
      nowMs: () => performance.now(),
    });
    try {
      await interruptible(async (signal) => {
        checkOptions(schema, options, context);
        await requireDeclaredTarget(context, options, namedHub(process.env));
        const environment = await environmentOf(context, { report: progress.report, signal });
        // Finished results are shared even when later work fails.
        await work(
          execution(options, context, {
            environment,
            print: (text) => process.stdout.write(`${terminalText(text)}\n`),
          }),
        ).finally(() => environment.remotes.finish());
      });
      return { success: true };
    } catch (error) {
      progress.end();
      process.stderr.write(errorText(storeFailure(error, defaultStoreRoot(process.env))));
      return { success: false };
    } finally {
      progress.end();
    }
  };
}

/** Runs work that stops cleanly when the process is told to stop. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(abort.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

/** What all tasks of a workspace work with. */
export async function environmentOf(
  context: ExecutorContext,
  { report, signal }: Pick<Environment, 'report' | 'signal'>,
): Promise<Environment> {
  const workspace: Workspace = {
    root: context.root,
    projects: context.projectsConfigurations.projects,
    targetPrefix: targetPrefix(pluginOptions(context.nxJsonConfiguration)),
    hub: namedHub(process.env),
  };
  const store = await openStore(defaultStoreRoot(process.env), process.env);
  // All tasks of a run are children of one process.
  const remotes = createRemotes({
    store,
    env: process.env,
    pluginOptions: pluginOptions(context.nxJsonConfiguration),
    run: processName(process.ppid),
    report,
    signal,
  });
  return { workspace, store, remotes, env: process.env, report, signal };
}

/** The context of the executor's own work on a task. */
export function execution<O extends object>(
  given: O,
  context: ExecutorContext,
  { environment, print }: Pick<Execution<O>, 'environment' | 'print'>,
): Execution<O> {
  const options: CommonOptions = given;
  const project = context.projectName ?? '';
  const builtOn = projectsBuiltOn(context);
  const shared = {
    threads: options.threads,
    ...(options.maxBytesPerSecond === undefined
      ? {}
      : { transfer: { maxBytesPerSecond: options.maxBytesPerSecond } }),
  };
  const variant = options.variant ?? options.reference;
  return {
    options: given,
    project,
    environment,
    results: createResults(environment, shared),
    print,
    isRequested: isRequested(context),
    builtOn,
    tasks: new Set(Object.keys(context.taskGraph?.tasks ?? {})),
    ref: (kind) => ({ project, kind, ...(variantKinds.has(kind) ? { variant: variant ?? '' } : {}) }),
  };
}

/**
 * True when nothing but aggregates builds on the task: it, or an aggregate of it, is what the command line
 * named.
 */
function isRequested({
  projectName,
  targetName,
  configurationName,
  taskGraph,
  projectsConfigurations,
}: ExecutorContext): boolean {
  if (taskGraph === undefined) return true;
  const id = [projectName, targetName, configurationName].filter((part) => part !== undefined).join(':');
  const dependents = Object.entries(taskGraph.dependencies).filter(([, needed]) =>
    needed.some((edge) => edge.id === id),
  );
  return dependents.every(([dependent]) => {
    const target = taskGraph.tasks[dependent]?.target;
    return (
      target !== undefined &&
      projectsConfigurations.projects[target.project]?.targets?.[target.target]?.executor === 'nx:noop'
    );
  });
}
