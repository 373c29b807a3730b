import type { ExecutorContext } from '@nx/devkit';
import { executorSchema } from '../core/schema-files.js';
import { targetKindsWith, type TargetKind } from '../core/step-registry.js';
import { executor, type CommonOptions } from './run-executor.js';
import { runTarget } from './run-target.js';

/**
 * The executor of the steps whose folder in `executors/` has no code of its own: it obtains the artifact of the
 * target, and leaves it where people look.
 */
export default function stepExecutor(
  options: CommonOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const name = (context.target?.executor ?? '').split(':').at(-1) ?? '';
  const kind = kindOf(name);
  const run = executor<CommonOptions>(executorSchema(name), (execution) => runTarget(kind, execution));
  return run(options, context);
}

function kindOf(name: string): TargetKind {
  const kind = targetKindsWith(({ executor: wanted }) => wanted === name)[0];
  if (kind === undefined) throw new Error(`${name} is the executor of no step`);
  return kind;
}
