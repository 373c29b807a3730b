import { join } from 'node:path';
import type { TargetKind } from './step-registry.js';

/** One artifact of a project. */
export interface TargetRef {
  project: string;
  kind: TargetKind;
  /** The variant or the reference, where there is a target for each. */
  variant?: string;
}

/**
 * What a target is called in messages and results, e.g. `tiny-qwen35:quantize:Q4_K_M`. Its name in Nx can
 * have a prefix.
 */
export function targetName(ref: TargetRef): string {
  return `${ref.project}:${targetInProject(ref)}`;
}

/** The target's name in its project, without prefix, e.g. `quantize:Q4_K_M`. */
export function targetInProject({ kind, variant }: Pick<TargetRef, 'kind' | 'variant'>): string {
  return [kind, ...(variant === undefined ? [] : [variant])].join(':');
}

/** Where the target's manifest is, relative to the workspace: the only Nx output it has. */
export function manifestPath({ project, kind, variant }: TargetRef): string {
  return join('dist', project, kind, ...(variant === undefined ? [] : [variant]), 'artifact.json');
}

/** The directory for files that people look for, relative to the workspace. */
export function filesDirectory(project: string): string {
  return join('dist', project);
}
