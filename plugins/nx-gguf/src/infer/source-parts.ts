import type { DeclaredSource } from '../workspace/declared-source.js';
import { namedFile, namedFiles, type Dependency, type Input } from './inputs.js';

/** Where a source is declared. */
export interface SourceContext {
  /** The project's directory, relative to the workspace. */
  root: string;
  toolchain: string;
  prefix: string;
}

/** What a source adds to the target that brings it. */
export interface SourceParts {
  cache: boolean;
  inputs: (Input | null)[];
  dependsOn: Dependency[];
}

/**
 * The inputs and edges of a source: what a command reads and runs with. Files of a `path` source are none
 * that Nx could hash.
 */
export function sourceParts(
  { kind, inputs, toolchainParts }: DeclaredSource,
  { root, toolchain, prefix }: SourceContext,
): SourceParts {
  return {
    cache: kind !== 'path',
    // A glob of the command can also be the name of a file with brackets: both are hashed.
    inputs: inputs.flatMap((glob) => [
      namedFiles(root, glob),
      ...(/[[\]{}()!+@\\]/.test(glob) ? [namedFile(root, glob)] : []),
    ]),
    dependsOn: toolchainParts.map((part) => ({ projects: [toolchain], target: `${prefix}${part}` })),
  };
}
