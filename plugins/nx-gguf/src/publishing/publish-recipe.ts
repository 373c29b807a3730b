import type { Manifest } from '../core/generated/manifest.generated.js';
import type { Model } from '../core/generated/model.generated.js';
import type { KldStatistics } from '../core/generated/kld.generated.js';
import type { PublishedRecipe } from '../publication/commit-message.js';
import { mainFigure } from '../report/metric-text.js';
import { readLock } from '../recipe/lock-file.js';
import type { Surroundings } from '../recipe/ports.js';
import { manifestPath, type TargetRef } from '../core/target.js';
import { join } from 'node:path';
import { readManifest } from '../store/actions.js';

/** The recipe behind the results, for the message of the commit that publishes them. */
export async function publishedRecipe(
  { project, model }: { project: string; model: Model },
  variants: readonly string[],
  { environment }: Surroundings,
): Promise<PublishedRecipe> {
  const manifestOf = (ref: TargetRef): Promise<Manifest | null> =>
    readManifest(join(environment.workspace.root, manifestPath(ref))).catch(() => null);
  const lock = await readLock(environment.workspace, { project, kind: 'model' });
  const rows: PublishedRecipe['variants'][number][] = [];
  let llamaCpp: string | null = null;
  for (const name of variants) {
    const quantized = await manifestOf({ project, kind: 'quantize', variant: name });
    const measured = await manifestOf({ project, kind: 'kld', variant: name });
    const { bitsPerWeight = null } = (quantized?.facts ?? {}) as { bitsPerWeight?: number };
    const { statistics } = (measured?.facts ?? {}) as { statistics?: KldStatistics };
    rows.push({
      name,
      ftype: model.quantize?.[name]?.ftype ?? '',
      bitsPerWeight,
      measured: statistics === undefined ? null : mainFigure(statistics),
    });
    const { build } = (quantized?.provenance.toolchain ?? {}) as { build?: { source?: { commit?: string } } };
    llamaCpp ??= build?.source?.commit ?? null;
  }
  const matrix =
    model.imatrix === undefined ? null : (await manifestOf({ project, kind: 'imatrix' }))?.files[0];
  return {
    name: model.name,
    variants: rows,
    llamaCpp,
    source: sourceName(model.source, lock?.source?.commit),
    imatrix: matrix === undefined || matrix === null ? null : `${matrix.name}, sha256 ${matrix.sha256}`,
  };
}

/** The origin of a model, without facts that only this machine knows. */
function sourceName(source: Model['source'], commit: string | undefined): string {
  const at = commit === undefined ? '' : ` at ${commit}`;
  switch (source.type) {
    case 'huggingface':
      return `${source.repository}${at}`;
    case 'git':
      return `a git repository${at}`;
    case 'url':
      return `a file of sha256 ${source.sha256}`;
    case 'command':
      return 'made by a program of the recipe';
    case 'path':
      return 'a local checkpoint';
  }
}
