import type { TargetConfiguration } from '@nx/devkit';
import { noPackages, type Dependency, type Input } from './inputs.js';

/**
 * A target as the plugin gives it to Nx. Its options hold names only, so that no value of a recipe enters
 * Nx's hashes.
 */
export type InferredTarget = TargetConfiguration<Record<string, string>> & {
  executor: string;
  inputs: Input[];
};

/** What differs from target to target. */
export interface TargetParts {
  executor: string;
  description: string;
  options?: Record<string, string>;
  /** False where Nx cannot see everything that the target reads; the action key decides then. */
  cache?: boolean;
  inputs: readonly (Input | null)[];
  /** Files under `dist/<project>/`. */
  outputs?: readonly string[];
  dependsOn?: readonly (Dependency | null)[];
  more?: Pick<TargetConfiguration, 'parallelism' | 'continuous'>;
}

/**
 * A target from its parts. An input that is null names files that Nx cannot see: the target is then never
 * cached. A dependency that is null is left out.
 */
export function inferredTarget({
  executor,
  description,
  options,
  cache = true,
  inputs,
  outputs = [],
  dependsOn = [],
  more = {},
}: TargetParts): InferredTarget {
  const seen = inputs.filter((input) => input !== null);
  const needed = distinct(dependsOn.filter((dependency) => dependency !== null));
  return {
    executor: `nx-gguf:${executor}`,
    ...(options === undefined ? {} : { options }),
    cache: cache && seen.length === inputs.length,
    inputs: [...seen, noPackages],
    ...(outputs.length === 0
      ? {}
      : { outputs: outputs.map((path) => `{workspaceRoot}/dist/{projectName}/${path}`) }),
    ...(needed.length === 0 ? {} : { dependsOn: needed }),
    ...more,
    metadata: { description, technologies: ['llama.cpp'] },
  };
}

/** A target that only names others, so that one name runs them all. */
export function aggregateTarget(description: string, dependsOn: readonly Dependency[]): InferredTarget {
  return {
    executor: 'nx:noop',
    inputs: [],
    dependsOn: [...dependsOn],
    metadata: { description, technologies: ['llama.cpp'] },
  };
}

function distinct(dependencies: readonly Dependency[]): Dependency[] {
  return [...new Map(dependencies.map((dependency) => [JSON.stringify(dependency), dependency])).values()];
}
