import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';

/** One entry of a target's inputs. */
export type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** One entry of what a target depends on. */
export type Dependency = NonNullable<TargetConfiguration['dependsOn']>[number];

/** No npm package decides what a target makes; without this Nx would hash them all. */
export const noPackages: Input = { externalDependencies: [] };

/** The manifests of the targets that a target depends on: equal manifests, equal hash. */
export const manifests: Input = { dependentTasksOutputFiles: '**/artifact.json' };

/** Fields of a JSON file in the project's directory. */
export function jsonFields(file: string, fields: readonly string[]): Input {
  return { json: `{projectRoot}/${file}`, fields: [...fields] };
}

/**
 * Files that a declaration names by a path relative to the project's directory, or by a glob. Those that git
 * ignores count too. Null for a path outside the workspace, where Nx sees nothing.
 */
export function namedFiles(root: string, path: string): Input | null {
  if (posix.isAbsolute(path)) return null;
  const place = posix.join(root, path);
  if (place === '..' || place.startsWith('../')) return null;
  return { fileset: `{workspaceRoot}/${place}`, includeIgnored: true };
}

/** The same for one file, whose name is no glob. */
export function namedFile(root: string, path: string): Input | null {
  // In a glob, `?` stands for any one character.
  return namedFiles(root, path.replaceAll(/[*?[\]{}()!+@\\]/g, '?'));
}
