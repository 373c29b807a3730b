import { posix } from 'node:path';
import type { CreateDependencies, ProjectConfiguration, RawProjectGraphDependency } from '@nx/devkit';
import { projectKinds, type ProjectKind } from '../workspace/project-file.js';

/** An edge, with the words of Nx's enumeration: to load Nx's own for them would cost each command. */
interface Edge {
  source: string;
  target: string;
  sourceFile?: string;
  type: 'static' | 'implicit';
}

const graph: { projects: Readonly<Record<string, ProjectConfiguration>> | null } = { projects: null };

/**
 * The projects of the graph that this process made last, with all that their files say: to read them costs
 * nothing. Null when Nx took a graph that was made before.
 */
export function projectsOfGraph(): Readonly<Record<string, ProjectConfiguration>> | null {
  return graph.projects;
}

/**
 * The edges from models to corpora and toolchains, and from corpora to toolchains: those of their targets, so
 * that the graph and what is affected agree with the tasks. No file is read.
 */
export const createDependencies: CreateDependencies = (_options, { projects, fileMap }) => {
  graph.projects = projects;
  const edges: Edge[] = [];
  for (const [source, project] of Object.entries(projects)) {
    const kind = kindOf(project);
    if (kind === null) continue;
    const file = posix.join(project.root, `${kind}.json`);
    const isKnown = fileMap.projectFileMap[source]?.some((known) => known.file === file) === true;
    for (const target of neededProjects(project)) {
      if (target === source || projects[target] === undefined) continue;
      // A file that git ignores is none of the project's files, and Nx refuses an edge that comes from it.
      edges.push(
        isKnown ? { source, target, sourceFile: file, type: 'static' } : { source, target, type: 'implicit' },
      );
    }
  }
  return edges as unknown as RawProjectGraphDependency[];
};

function kindOf({ tags }: ProjectConfiguration): ProjectKind | null {
  return projectKinds.find((kind) => tags?.includes(`nx-gguf:${kind}`)) ?? null;
}

function neededProjects({ targets }: ProjectConfiguration): string[] {
  const named = Object.values(targets ?? {})
    .filter(({ executor }) => executor?.startsWith('nx-gguf:'))
    .flatMap(({ dependsOn }) => dependsOn ?? [])
    .flatMap((dependency) => (typeof dependency === 'string' ? [] : (dependency.projects ?? [])));
  return [...new Set(named)].sort();
}
