import type { ExecutorContext } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { optionProblems } from '../core/validate.js';
import { defaultStoreRoot, openStore } from '../store/store.js';
import { errorText } from './errors.js';
import { createPipeline, type Pipeline } from './pipeline.js';
import { progressReporter } from './progress.js';
import type { TargetKind, TargetRef } from './target.js';
import type { ToolchainEnvironment } from './toolchain-tools.js';
import type { Workspace } from './workspace.js';

const variantKinds: ReadonlySet<TargetKind> = new Set(['reference', 'plan', 'quantize', 'kld']);

/** What an executor's own part gets. */
export interface Execution<O> {
  options: O;
  project: string;
  environment: ToolchainEnvironment;
  pipeline: Pipeline;
  print: (text: string) => void;
  /** True when the user asked for this target, and not merely for something that builds on it. */
  isRequested: boolean;
  ref: (kind: TargetKind) => TargetRef;
}

/** Options that executors share. */
export interface CommonOptions {
  config?: string;
  variant?: string;
  threads?: number;
  reference?: string;
  maxBytesPerSecond?: number;
  from?: string;
}

/**
 * An executor around a piece of work: options checked, store opened, interrupts turned into a clean stop, and every
 * error printed as code, message and hint.
 */
export function executor<O extends CommonOptions>(schema: object, work: (execution: Execution<O>) => Promise<void>): (options: O, context: ExecutorContext) => Promise<{ success: boolean }> {
  return async (options, context) => {
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, stop);
    const progress = progressReporter({ write: (text) => process.stdout.write(text), isTerminal: process.stdout.isTTY, nowMs: () => performance.now() });
    try {
      const problems = optionProblems(schema, options);
      if (problems.length > 0) throw new GgufError('BAD_OPTIONS', problems.map((problem) => `${context.projectName ?? ''}:${context.targetName ?? ''}: ${problem}`).join('\n'), { hint: 'See the schema of the executor for what it takes.' });
      await work(await execution(options, context, { report: progress.report, signal: abort.signal }));
      return { success: true };
    } catch (error) {
      progress.end();
      process.stderr.write(errorText(error));
      return { success: false };
    } finally {
      progress.end();
      for (const signal of signals) process.off(signal, stop);
    }
  };
}

async function execution<O extends CommonOptions>(options: O, context: ExecutorContext, { report, signal }: Pick<ToolchainEnvironment, 'report' | 'signal'>): Promise<Execution<O>> {
  const project = context.projectName ?? '';
  const workspace: Workspace = { root: context.root, projects: context.projectsConfigurations.projects };
  const environment: ToolchainEnvironment = { workspace, store: await openStore(defaultStoreRoot(process.env)), env: process.env, report, signal };
  const planning = {
    threads: options.threads,
    from: options.from,
    ...(options.config === undefined ? {} : { config: { project, file: options.config } }),
    ...(options.maxBytesPerSecond === undefined ? {} : { transfer: { maxBytesPerSecond: options.maxBytesPerSecond } }),
  };
  const variant = options.variant ?? options.reference ?? context.targetName?.split(':').slice(1).join(':');
  return {
    options,
    project,
    environment,
    pipeline: createPipeline(environment, planning),
    print: (text) => process.stdout.write(`${text}\n`),
    isRequested: isRequested(context),
    ref: (kind) => ({ project, kind, ...(variantKinds.has(kind) ? { variant: variant ?? '' } : {}) }),
  };
}

/** True when nothing but aggregates builds on the task: it, or an aggregate of it, is what the command line named. */
function isRequested({ projectName, targetName, configurationName, taskGraph, projectsConfigurations }: ExecutorContext): boolean {
  if (taskGraph === undefined) return true;
  const id = [projectName, targetName, configurationName].filter((part) => part !== undefined).join(':');
  const dependents = Object.entries(taskGraph.dependencies).filter(([, needed]) => needed.some((edge) => edge.id === id));
  return dependents.every(([dependent]) => {
    const target = taskGraph.tasks[dependent]?.target;
    return target !== undefined && projectsConfigurations.projects[target.project]?.targets?.[target.target]?.executor === 'nx:noop';
  });
}
