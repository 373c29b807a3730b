import type { Manifest } from '../core/generated/manifest.generated.js';

/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- the step decides the type */

/** A fact of a manifest, or null when it has none of this name. The step that wrote it decides its type. */
export function fact<T>(manifest: Pick<Manifest, 'facts'>, name: string): T | null {
  return (manifest.facts[name] as T | undefined) ?? null;
}
