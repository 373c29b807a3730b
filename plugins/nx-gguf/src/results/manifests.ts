import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { readManifest } from '../store/actions.js';
import { leavesFiles } from '../core/step-registry.js';

/** A result whose files people look for. */
export interface TargetManifest {
  project: string;
  /** Name of the target in its project, e.g. `quantize:Q4_K_M`. */
  target: string;
  manifest: Manifest;
}

/**
 * The results whose manifests are under a directory as they are under `dist/`. Nothing else there is looked
 * at.
 */
export async function manifestsUnder(dist: string): Promise<TargetManifest[]> {
  return (await Promise.all((await projectsIn(dist)).map((project) => resultsOf(dist, project)))).flat();
}

/** The results that Nx could restore, one of a target for each time that it was made. */
export async function restorableManifests(cache: string | null): Promise<TargetManifest[]> {
  if (cache === null) return [];
  return (
    await Promise.all((await directoriesIn(cache)).map((entry) => manifestsUnder(join(cache, entry, 'dist'))))
  ).flat();
}

async function projectsIn(dist: string): Promise<string[]> {
  const found = await Promise.all(
    (await directoriesIn(dist)).map(async (name) => {
      const inside = await directoriesIn(join(dist, name));
      // Names of projects can have a part in front: @me/tiny, group/tiny.
      return inside.some(leavesFiles) ? [name] : inside.map((inner) => `${name}/${inner}`);
    }),
  );
  return found.flat();
}

async function resultsOf(dist: string, project: string): Promise<TargetManifest[]> {
  const kinds = (await directoriesIn(join(dist, project))).filter(leavesFiles);
  const targets = await Promise.all(
    kinds.map(async (kind) => [
      kind,
      ...(await directoriesIn(join(dist, project, kind))).map((variant) => `${kind}:${variant}`),
    ]),
  );
  const results = await Promise.all(
    targets.flat().map(async (target) => {
      const manifest = await readManifest(join(dist, project, ...target.split(':'), 'artifact.json')).catch(
        () => null,
      );
      return manifest === null ? [] : [{ project, target, manifest }];
    }),
  );
  return results.flat();
}

async function directoriesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
