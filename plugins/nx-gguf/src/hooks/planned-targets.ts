import type { ProjectConfiguration } from '@nx/devkit';

/** A target that a run is to have. */
export interface PlannedTarget {
  project: string;
  target: string;
}

type Projects = Readonly<Record<string, ProjectConfiguration>>;

/**
 * The targets that a command line names together with their project, and those that they build on. What it names
 * for many projects is left out: each of these says itself what is wrong with it.
 */
export function plannedTargets(argv: readonly string[], projects: Projects): PlannedTarget[] {
  const words = argv.slice(2).filter((word) => !word.startsWith('-'));
  const open = words.flatMap((word) => namedBy(word, words, projects));
  const planned = new Map<string, PlannedTarget>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const key = `${next.project}:${next.target}`;
    if (planned.has(key)) continue;
    planned.set(key, next);
    open.push(...builtOn(next, projects));
  }
  return [...planned.values()];
}

/** `project:target` in one word, with a configuration or without, or `target` with `project` beside it. */
function namedBy(word: string, words: readonly string[], projects: Projects): PlannedTarget[] {
  const beside = Object.hasOwn(projects, word) ? words.map((target) => ({ project: word, target })) : [];
  const parts = word.split(':');
  const inWord = parts.flatMap((_, cut) => {
    const project = parts.slice(0, cut).join(':');
    if (!Object.hasOwn(projects, project)) return [];
    const target = parts.slice(cut).join(':');
    // The last part can be a configuration.
    const name = hasTarget(projects, project, target) ? target : parts.slice(cut, -1).join(':');
    return [{ project, target: name }];
  });
  return [...beside, ...inWord].filter(({ project, target }) => hasTarget(projects, project, target));
}

function builtOn({ project, target }: PlannedTarget, projects: Projects): PlannedTarget[] {
  const { dependsOn = [] } = projects[project]?.targets?.[target] ?? {};
  return dependsOn.flatMap((dependency) => {
    const { projects: named = [project], target: pattern } =
      typeof dependency === 'string' ? { projects: [project], target: dependency } : dependency;
    return [named].flat().flatMap((name) => {
      const targets = Object.keys(projects[name]?.targets ?? {});
      return targets.filter((one) => fits(one, pattern)).map((one) => ({ project: name, target: one }));
    });
  });
}

function fits(target: string, pattern: string): boolean {
  return pattern.endsWith('*') ? target.startsWith(pattern.slice(0, -1)) : target === pattern;
}

function hasTarget(projects: Projects, project: string, target: string): boolean {
  return projects[project]?.targets?.[target] !== undefined;
}
