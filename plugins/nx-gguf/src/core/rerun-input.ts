import { leavesFiles } from './step-registry.js';

/**
 * A target by the directory of its project, relative to the workspace, and its name without prefix, e.g.
 * `quantize:Q4_K_M`.
 */
export interface PlacedTarget {
  root: string;
  target: string;
}

/**
 * The variable that is an input of a target whose files people look for. It is set for a run when they are
 * gone, to what is never the same twice: then Nx runs the target again in place of restoring its manifest.
 */
export function rerunVariable({ root, target }: PlacedTarget): string {
  return `NX_GGUF_GONE_${`${root}:${target}`.replace(/[^A-Za-z0-9]/g, '_').toUpperCase()}`;
}

/** What the variable says: the run that it was set for, and the names of the files. */
export function rerunValue(run: string, names: readonly string[]): string {
  return [run, ...names].join('\n');
}

/** The names of a target's files that were found gone before the run, or null when none were. */
export function missingFiles(
  env: Readonly<Record<string, string | undefined>>,
  target: PlacedTarget,
): string[] | null {
  return env[rerunVariable(target)]?.split('\n').slice(1) ?? null;
}

/** The input of a target whose files people look for; none for others. */
export function rerunInputs(target: PlacedTarget): { env: string }[] {
  return leavesFiles(target.target.split(':')[0] ?? '') ? [{ env: rerunVariable(target) }] : [];
}
