import { dirname, join } from 'node:path';
import { canonicalJson } from '../core/json/canonical-json.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { sealedManifest, unsealedManifest } from '../core/manifest-seal.js';
import { manifestPath, type TargetRef } from '../core/target.js';
import { validate } from '../core/validate.js';
import { writeDurably } from '../files/durable.js';
import { readSmallFile, readSmallText } from '../files/small-file.js';
import type { HelperSteps, Surroundings } from './ports.js';

/** Name of the file beside a manifest that holds the results of the helper steps that its planning used. */
const planningFile = 'planning.json';

/** Ports for planning a target, and the results of the helper steps that planning has used so far. */
export interface CachedPlanning<P> {
  ports: P;
  planningResults: Manifest[];
}

/**
 * The same ports with a cache of helper steps. Results that the last planning of the target used, here or
 * where Nx has them from, are known; results that this planning uses are noted, to be left beside the
 * manifest. So the action key of a known result is found without a header, a tool or a server, even on a
 * machine that has only manifests.
 */
export async function cachedPlanning<P extends Surroundings & HelperSteps>(
  ref: TargetRef,
  ports: P,
): Promise<CachedPlanning<P>> {
  const known = await readPlanningCache(ports.environment.workspace.root, ref);
  const planningResults: Manifest[] = [];
  const perform: HelperSteps['perform'] = async (step, toolchain, options = {}) => {
    if (options.needFiles !== false) return ports.perform(step, toolchain, options);
    const manifest = await ports.perform(step, toolchain, { ...options, known });
    const isNoted = planningResults.some(({ actionKey }) => actionKey === manifest.actionKey);
    if (!isNoted) planningResults.push(manifest);
    return manifest;
  };
  return { planningResults, ports: { ...ports, perform } };
}

/** Leaves the results of helper steps beside a target's manifest. */
export async function writePlanningCache(
  root: string,
  ref: TargetRef,
  results: readonly Manifest[],
): Promise<void> {
  const path = pathOf(root, ref);
  const text = `${canonicalJson({ format: 1, results: results.map(sealedManifest) })}\n`;
  if ((await readSmallText(path).catch(() => null)) !== text) await writeDurably(path, text);
}

/**
 * The results beside a target's manifest. They save work and decide nothing: a file that cannot be read
 * counts as empty.
 */
async function readPlanningCache(root: string, ref: TargetRef): Promise<Manifest[]> {
  try {
    const { format, results } = (jsonOrNull(await readSmallFile(pathOf(root, ref))) ?? {}) as {
      format?: unknown;
      results?: unknown;
    };
    if (format !== 1 || !Array.isArray(results)) return [];
    return results.flatMap(
      (result: unknown) => unsealedManifest(validate('manifest', result, planningFile)) ?? [],
    );
  } catch {
    return [];
  }
}

function pathOf(root: string, ref: TargetRef): string {
  return join(root, dirname(manifestPath(ref)), planningFile);
}
