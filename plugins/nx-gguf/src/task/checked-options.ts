import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { executorSchema, type JsonSchema } from '../core/schema-files.js';
import { optionProblems } from '../core/validate.js';

/**
 * Checks the options of a task.
 * @throws GgufError `BAD_OPTIONS` with every problem
 */
export function checkOptions(
  schema: object,
  options: object,
  { projectName, targetName }: Pick<ExecutorContext, 'projectName' | 'targetName'>,
): void {
  refuse(schema, options, `${projectName ?? ''}:${targetName ?? ''}`);
}

/** Options that the plugin gives itself. */
const given: ReadonlySet<string> = new Set(['variant', 'reference']);

/**
 * Checks the options that the files of a project give one of its targets, in all configurations: a misspelt one
 * must not be told after hours, when the turn comes to its task.
 * @throws GgufError `BAD_OPTIONS` with every problem
 */
export function checkTargetOptions(task: string, target: TargetConfiguration | undefined): void {
  const [plugin, executor = ''] = (target?.executor ?? '').split(':');
  if (target === undefined || plugin !== 'nx-gguf') return;
  const options = (target.options ?? {}) as object;
  check(executor, options, task);
  for (const [name, own] of Object.entries(target.configurations ?? {}))
    check(executor, { ...options, ...(own as object) }, `${task}:${name}`);
}

function check(executor: string, options: object, task: string): void {
  if (Object.keys(options).some((option) => !given.has(option)))
    refuse(executorSchema(executor), options, task);
}

function refuse(schema: object, options: object, task: string): void {
  const problems = optionProblems(schema, options);
  if (problems.length === 0) return;
  throw new GgufError('BAD_OPTIONS', problems.map((problem) => `${task}: ${problem}`).join('\n'), {
    hint:
      'config' in options
        ? 'Delete "config" from project.json: a project is what the model.json, corpus.json or toolchain.json in its directory says.'
        : `It takes: ${Object.keys((schema as JsonSchema).properties ?? {}).join(', ') || 'no options'}.`,
  });
}
