import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GgufError, systemErrorCode } from '../core/errors.js';
import { parseAs, type Schemas } from '../core/validate.js';
import type { TargetRef } from './target.js';

/** What is read of an Nx workspace. */
export interface Workspace {
  root: string;
  /** Projects by name: their directories relative to the root, and the options of their targets. */
  projects: Readonly<Record<string, { root: string; targets?: Readonly<Record<string, { executor?: string | undefined; options?: unknown }>> | undefined }>>;
}

/** Absolute directory of a project. */
export function projectDirectory(workspace: Workspace, project: string, namedBy: string): string {
  const found = workspace.projects[project];
  if (found === undefined) {
    const known = Object.keys(workspace.projects).sort().join(', ');
    throw new GgufError('PROJECT_MISSING', `${namedBy} names the project ${JSON.stringify(project)}, which is not in this workspace`, { hint: `Projects here: ${known}` });
  }
  return join(workspace.root, found.root);
}

/** A file that people write (model.json, corpus.json, toolchain.json), checked against its schema. */
export async function readConfig<K extends keyof Schemas>(workspace: Workspace, kind: K, place: { project: string; file: string }): Promise<Schemas[K]> {
  const directory = projectDirectory(workspace, place.project, place.file);
  const shown = join(workspace.projects[place.project]?.root ?? '', place.file);
  let text: string;
  try {
    text = await readFile(join(directory, place.file), 'utf8');
  } catch (cause) {
    throw new GgufError(`${kind.toUpperCase()}_MISSING`, `cannot read ${shown}: ${systemErrorCode(cause) === 'ENOENT' ? 'there is no such file' : (cause as Error).message}`, {
      cause, hint: `Every ${kind} project has a ${kind}.json; name another file with the option "config".`,
    });
  }
  return parseAs(kind, text, shown);
}

/** The file that a project's target is configured by: its option `config`, else the default. */
export function configFile(workspace: Workspace, { project, kind }: Pick<TargetRef, 'project' | 'kind'>, fallback: string): string {
  const options = workspace.projects[project]?.targets?.[kind]?.options;
  const config = typeof options === 'object' && options !== null && 'config' in options ? options.config : undefined;
  return typeof config === 'string' ? config : fallback;
}
