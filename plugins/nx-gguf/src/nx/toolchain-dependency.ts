import type { ExecutorContext } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { targetName, type TargetRef } from './target.js';

/** The projects of all tasks that a task builds on, or null where that is not known, as when dependencies are left out. */
export function projectsBuiltOn({ projectName, targetName: target, configurationName, taskGraph }: Pick<ExecutorContext, 'projectName' | 'targetName' | 'configurationName' | 'taskGraph'>): ReadonlySet<string> | null {
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

/**
 * Makes sure that Nx notices when the toolchain changes: nx.json knows the project `llama-cpp` only.
 * @throws GgufError `TOOLCHAIN_NOT_A_DEPENDENCY`
 */
export function requireToolchainDependency(ref: TargetRef, toolchain: string, projects: ReadonlySet<string> | null): void {
  if (projects === null || projects.has(toolchain)) return;
  throw new GgufError('TOOLCHAIN_NOT_A_DEPENDENCY', `${targetName(ref)}: its toolchain is the project ${JSON.stringify(toolchain)}, on which it does not depend: Nx would not notice when that changes`, {
    hint: `Give the target "dependsOn": ["...", { "projects": [${JSON.stringify(toolchain)}], "target": "build" }] in project.json (for \`convert\` the targets "source" and "python"), or change the default in nx.json.`,
  });
}
