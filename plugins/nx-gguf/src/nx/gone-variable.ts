import { placedKinds, targetName, type TargetRef } from './target.js';

/**
 * The variable that is an input of a target whose files people look for. It is set for a run when they are gone, to what is
 * never the same twice: then Nx runs the target again in place of restoring its manifest.
 * @param task the target with its project, e.g. `tiny-qwen35:quantize:Q4_K_M`
 */
export function goneVariable(task: string): string {
  return `NX_GGUF_GONE_${task.replace(/[^A-Za-z0-9]/g, '_').toUpperCase()}`;
}

/** What the variable says: the run that it was set for, and the names of the files. */
export function goneValue(run: string, names: readonly string[]): string {
  return [run, ...names].join('\n');
}

/** The names of a target's files that were found gone before the run, or null when none were. */
export function goneFiles(env: Readonly<Record<string, string | undefined>>, ref: TargetRef): string[] | null {
  return env[goneVariable(targetName(ref))]?.split('\n').slice(1) ?? null;
}

/** Inputs for those of a project's targets, as its project.json has them, whose files people look for. */
export function goneInputs(project: string, targets: Readonly<Record<string, unknown>>): Record<string, { inputs: { env: string }[] }> {
  const looked = Object.entries(targets).filter(([target, configuration]) => (placedKinds as readonly string[]).includes(target.split(':')[0] ?? '') && isOurs(configuration));
  return Object.fromEntries(looked.map(([target]) => [target, { inputs: [{ env: goneVariable(`${project}:${target}`) }] }]));
}

function isOurs(target: unknown): boolean {
  return typeof target === 'object' && target !== null && 'executor' in target && typeof target.executor === 'string' && target.executor.startsWith('nx-gguf:');
}
