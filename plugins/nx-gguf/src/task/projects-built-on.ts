import type { ExecutorContext } from '@nx/devkit';

/**
 * The projects of all tasks that a task builds on, or null where that is not known, as when dependencies are
 * left out.
 */
export function projectsBuiltOn({
  projectName,
  targetName: target,
  configurationName,
  taskGraph,
}: Pick<
  ExecutorContext,
  'projectName' | 'targetName' | 'configurationName' | 'taskGraph'
>): ReadonlySet<string> | null {
  if (taskGraph === undefined) return null;
  const id = [projectName, target, configurationName].filter((part) => part !== undefined).join(':');
  const found = new Set<string>();
  const open = [id];
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    for (const { id: needed } of taskGraph.dependencies[task] ?? []) {
      if (found.has(needed)) continue;
      found.add(needed);
      open.push(needed);
    }
  }
  if (found.size === 0) return null;
  return new Set([...found].map((needed) => taskGraph.tasks[needed]?.target.project ?? ''));
}
