import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalJson, type Json } from '../core/canonical-json.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { validate } from '../core/validate.js';
import { writeDurably } from '../store/durable.js';
import type { Pipeline } from './pipeline.js';
import { manifestPath, type TargetRef } from '../core/target.js';

/** Name of the file beside a manifest that holds the results of smaller steps, without files, that planning it asked for. */
const askedFile = 'planning.json';

/**
 * A pipeline for planning a target. What the target's last planning asked for, here or where Nx has it from, is known to it,
 * and what this planning asks for is noted in `asked`, so that it can be left beside the manifest: then the action key of a
 * known result is found without a header, a tool or a server, on a machine that has manifests and nothing else.
 */
export async function askingPipeline(
  ref: TargetRef,
  pipeline: Pipeline,
): Promise<{ pipeline: Pipeline; asked: Manifest[] }> {
  const known = await readAsked(pipeline.environment.workspace.root, ref);
  const asked: Manifest[] = [];
  return {
    asked,
    pipeline: {
      ...pipeline,
      perform: async (step, toolchain, options = {}) => {
        if (options.needFiles !== false) return pipeline.perform(step, toolchain, options);
        const manifest = await pipeline.perform(step, toolchain, { ...options, known });
        if (!asked.some(({ actionKey }) => actionKey === manifest.actionKey)) asked.push(manifest);
        return manifest;
      },
    },
  };
}

/** Leaves results beside a target's manifest. */
export async function writeAsked(root: string, ref: TargetRef, results: readonly Manifest[]): Promise<void> {
  const path = pathOf(root, ref);
  const text = `${canonicalJson({ format: 1, results: results as unknown as Json })}\n`;
  if ((await readFile(path, 'utf8').catch(() => null)) !== text) await writeDurably(path, text);
}

/** The results beside a target's manifest. They save work and decide nothing, so a file that cannot be read is as good as none. */
async function readAsked(root: string, ref: TargetRef): Promise<Manifest[]> {
  try {
    const { format, results } = JSON.parse(await readFile(pathOf(root, ref), 'utf8')) as {
      format?: unknown;
      results?: unknown;
    };
    return format === 1 && Array.isArray(results)
      ? results.map((result: unknown) => validate('manifest', result, askedFile))
      : [];
  } catch {
    return [];
  }
}

function pathOf(root: string, ref: TargetRef): string {
  return join(root, dirname(manifestPath(ref)), askedFile);
}
