import { canonicalJson } from '../../core/json/canonical-json.js';
import { describeArtifact } from '../../task/describe.js';
import type { BatchTask } from '../../task/run-batch.js';
import type { KldOptions } from '../../core/generated/executors/kld.generated.js';
import type { MeasuringEnded } from '../../results/measure-targets.js';
import type { TargetRef } from '../../core/target.js';

/**
 * Measures the variants of all tasks; those of one project with the same options in one go, as far as they
 * share a base.
 */
export async function runMeasurements(tasks: readonly BatchTask<KldOptions>[]): Promise<void> {
  const alike = new Map<string, BatchTask<KldOptions>[]>();
  for (const task of tasks) {
    const { project, options } = task.execution;
    const key = canonicalJson([project, { ...options, variant: '' }]);
    alike.set(key, [...(alike.get(key) ?? []), task]);
  }
  for (const group of alike.values()) {
    const byRef = new Map<TargetRef, BatchTask<KldOptions>>(
      group.map((task) => [task.execution.ref('kld'), task]),
    );
    const ended: MeasuringEnded = (ref, ending) => {
      const task = byRef.get(ref);
      if ('error' in ending) task?.end(ending.error);
      else {
        task?.execution.print(
          `${describeArtifact(ending.manifest, ref)}${ending.origin === 'store' ? ' (from the store)' : ''}`,
        );
        task?.end();
      }
      return Promise.resolve();
    };
    const [first] = group;
    if (first === undefined) continue;
    const { results, options } = first.execution;
    await results.measure([...byRef.keys()], ended, { recipe: { parallel: options.parallel } });
  }
}
