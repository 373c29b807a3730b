import { stepRegistry, targetKindsWith } from '../core/step-registry.js';

/**
 * Executors whose results Nx keeps: their targets are written down in project.json, and must be what the
 * plugin gives.
 */
export const keptExecutors: ReadonlySet<string> = executorsOf(
  ({ isMachineBound = false }) => !isMachineBound,
);

/** All executors that make the artifact of a target. */
export const artifactExecutors: ReadonlySet<string> = executorsOf(() => true);

function executorsOf(holds: Parameters<typeof targetKindsWith>[0]): ReadonlySet<string> {
  return new Set(targetKindsWith(holds).map((kind) => `nx-gguf:${stepRegistry[kind].executor}`));
}
