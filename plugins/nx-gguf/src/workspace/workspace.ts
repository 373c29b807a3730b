import { join } from 'node:path';
import { GgufError } from '../core/errors.js';
import { didYouMean } from '../core/suggestion.js';
import { withPlainRepositories } from './hub-sources.js';
import { parseAs, type Schemas } from '../core/validate.js';
import { targetInProject, type TargetRef } from '../core/target.js';
import { declaredText } from './declared-text.js';
import type { ProjectKind } from './project-file.js';

/** The parts of an Nx workspace that are read. */
export interface Workspace {
  root: string;
  /** Projects by name: their directories relative to the root, and the options of their targets. */
  projects: Readonly<
    Record<
      string,
      {
        root: string;
        targets?: Readonly<Record<string, { executor?: string | undefined; options?: unknown }>> | undefined;
      }
    >
  >;
  /** In front of the names of targets, as the options of the plugin say. */
  targetPrefix?: string;
  /** Base address of the hub that `HF_ENDPOINT` names, whose addresses are read where a repository is named. */
  hub?: string | null;
}

/** What Nx calls a target, e.g. `tiny-qwen35:quantize:Q4_K_M`, for commands that people copy. */
export function taskName(
  { project, ...target }: TargetRef,
  { targetPrefix = '' }: Pick<Workspace, 'targetPrefix'>,
): string {
  return `${project}:${targetPrefix}${targetInProject(target)}`;
}

/** Absolute directory of a project. */
export function projectDirectory(workspace: Workspace, project: string, namedBy: string): string {
  const found = workspace.projects[project];
  if (found === undefined) {
    const known = Object.keys(workspace.projects).sort().join(', ');
    throw new GgufError(
      'PROJECT_MISSING',
      `${namedBy} names the project ${JSON.stringify(project)}, which this workspace does not have${didYouMean(project, Object.keys(workspace.projects))}`,
      { hint: `Projects here: ${known}` },
    );
  }
  return join(workspace.root, found.root);
}

/**
 * The file that declares a project, checked against its schema.
 * @throws GgufError `MODEL_MISSING`, `CORPUS_MISSING`, `TOOLCHAIN_MISSING`, and `BAD_MODEL` and its like with
 *   every problem
 */
export async function readConfig<K extends ProjectKind>(
  workspace: Workspace,
  kind: K,
  project: string,
): Promise<Schemas[K]> {
  const file = `${kind}.json`;
  if (kind === 'toolchain') requireToolchain(workspace, project);
  const directory = projectDirectory(workspace, project, file);
  const shown = join(workspace.projects[project]?.root ?? '', file);
  const text = await declaredText(kind, join(directory, file), {
    shown,
    hint: kind === 'toolchain' ? toolchainHint(project) : `A ${kind} is a directory with a ${kind}.json.`,
  });
  return withPlainRepositories(kind, parseAs(kind, text, shown), { shown, hub: workspace.hub });
}

/**
 * Checks that there is a project for llama.cpp.
 * @param namedBy the field that names it; null where it is named by default
 * @throws GgufError `TOOLCHAIN_MISSING` that says how one is made
 */
export function requireToolchain(
  { projects }: Pick<Workspace, 'projects'>,
  project: string,
  namedBy: string | null = null,
): void {
  if (projects[project] !== undefined) return;
  const near = didYouMean(project, Object.keys(projects));
  throw new GgufError(
    'TOOLCHAIN_MISSING',
    `${namedBy === null ? 'llama.cpp is' : `${namedBy} names`} the project ${JSON.stringify(project)}, which this workspace does not have${near}`,
    { hint: toolchainHint(project) },
  );
}

function toolchainHint(project: string): string {
  return `A toolchain is a directory with a toolchain.json. Make tools/${project}/toolchain.json, for binaries that you have of the form { "source": { "type": "binaries", "path": "/opt/llama.cpp/bin", "sourcePath": "/opt/llama.cpp" } }, else copy tools/llama-cpp of the repository of nx-gguf, which builds a pinned version; then \`nx run ${project}:build\` makes it. "toolchain" in model.json names another project.`;
}
