import type { ProjectConfiguration } from '@nx/devkit';
import { checkTargetOptions } from '../task/checked-options.js';
import { requireNamedProjects } from '../task/named-projects.js';
import { plainError } from '../terminal/report-error.js';
import { namedHub } from '../upstream/hub/hub-endpoint.js';
import { declarationOf } from '../workspace/declarations.js';
import { plannedTargets } from './planned-targets.js';

/**
 * Ends a run before anything of it runs when one of its tasks has an option that there is none of, or builds on
 * a project that does not exist.
 */
export async function refuseMisdeclared(
  argv: readonly string[],
  {
    workspaceRoot,
    projects,
  }: {
    workspaceRoot: string;
    projects: Readonly<Record<string, ProjectConfiguration>>;
  },
): Promise<void> {
  const planned = plannedTargets(argv, projects).flatMap(({ project, target }) => {
    const found = projects[project]?.targets?.[target];
    return found === undefined ? [] : [{ project, target, found }];
  });
  try {
    for (const { project, target, found } of planned) checkTargetOptions(`${project}:${target}`, found);
    const lacking = planned.filter(({ found }) => needsOther(found.dependsOn, projects));
    for (const project of new Set(lacking.map((one) => one.project))) {
      const { root = '', tags = [] } = projects[project] ?? {};
      const kind = tags.includes('nx-gguf:model') ? 'plan' : tags.includes('nx-gguf:corpus') ? 'fetch' : null;
      if (kind === null) continue;
      requireNamedProjects(
        await declarationOf(kind, { workspaceRoot, root, hub: namedHub(process.env) }),
        lacking.filter((one) => one.project === project).map(({ found }) => found),
        projects,
      );
    }
  } catch (error) {
    throw plainError(error);
  }
}

/** True for dependencies that name a project which does not exist, or lacks the target. */
function needsOther(
  dependsOn: NonNullable<ProjectConfiguration['targets']>[string]['dependsOn'],
  projects: Readonly<Record<string, ProjectConfiguration>>,
): boolean {
  return (dependsOn ?? []).some(
    (dependency) =>
      typeof dependency !== 'string' &&
      Array.isArray(dependency.projects) &&
      dependency.projects.some((name) => projects[name]?.targets?.[dependency.target] === undefined),
  );
}
