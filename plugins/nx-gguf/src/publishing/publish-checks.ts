import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type Json } from '../core/json/canonical-json.js';
import { isGgufError } from '../core/errors.js';
import type { CorpusFile, Model } from '../core/generated/model.generated.js';
import { validate } from '../core/validate.js';
import { gateNeeds } from '../kld/gates/gates.js';
import type { ResolvedSettings } from '../publication/settings.js';
import { gateSentence } from '../report/gate-table.js';
import { readManifest } from '../store/actions.js';
import { findBlob } from '../store/blobs.js';
import { holdsBytes } from '../store/place-blob.js';
import { actionKey } from '../steps/step.js';
import { buildIdentity } from '../toolchain/llama-cpp/build.js';
import { defaultToolchain } from '../workspace/declared-model.js';
import type { RecipePorts, Surroundings } from '../recipe/ports.js';
import { recipeToMeasurement, recipeToStep } from '../recipe/recipe-to-step.js';
import type { PublishSource } from './publish-files.js';
import { filesDirectory, manifestPath, targetName, type TargetRef } from '../core/target.js';
import { toolchainContext } from '../recipe/toolchain-context.js';

/** The inputs of the checks before a publication. */
export interface CheckedPublication {
  project: string;
  model: Model;
  settings: ResolvedSettings;
  results: RecipePorts;
}

/**
 * The differences between the present recipe and the results under dist/: targets that did not run, manifests
 * whose action key is not the one that the recipe gives now, another llama.cpp than the declared one. Empty
 * when all agree.
 */
export async function staleResults(
  checked: CheckedPublication,
): Promise<{ missing: string[]; stale: string[] }> {
  const { results } = checked;
  const planned = asTheyAre(results);
  const missing: string[] = [];
  const stale = await staleToolchain(checked);
  for (const ref of targetsOf(checked)) {
    try {
      const manifest = await planned.upstream(ref);
      const { step } = await (ref.kind === 'kld' ? recipeToMeasurement : recipeToStep)(ref, planned);
      if (actionKey(step.action) !== manifest.actionKey)
        stale.push(`${targetName(ref)}: its result is of another recipe than the declared one`);
    } catch (error) {
      if (error instanceof NotBuilt) missing.push(`${error.message} has no result`);
      else if (isGgufError(error)) stale.push(`${targetName(ref)}: ${error.message}`);
      else throw error;
    }
  }
  return { missing: [...new Set(missing)], stale };
}

/**
 * Obtains every target of a publication anew, in order, and the toolchain first: action keys decide, and not
 * what Nx restored. A result that is right is found in milliseconds.
 */
export async function renewResults(
  checked: CheckedPublication,
  {
    obtain,
    recordBuild,
  }: { obtain: (ref: TargetRef) => Promise<unknown>; recordBuild: () => Promise<unknown> },
): Promise<void> {
  const { project, model, settings } = checked;
  if ((await staleToolchain(checked)).length > 0) await recordBuild();
  const planned = settings.files.has('card') ? Object.keys(model.quantize ?? {}) : settings.variants;
  const targets = targetsOf(checked);
  const first = targets.findIndex(({ kind }) => kind === 'quantize');
  // A card shows the plans of its variants.
  const plans = planned.map((variant): TargetRef => ({ project, kind: 'plan', variant }));
  for (const ref of first < 0 ? targets : [...targets.slice(0, first), ...plans, ...targets.slice(first)])
    await obtain(ref);
}

/**
 * Files under dist/ that are not what their manifests say: somebody changed them there, and expects to see
 * that published.
 */
export async function changedPlaces(
  project: string,
  sources: Iterable<PublishSource>,
  { environment }: Surroundings,
): Promise<string[]> {
  const { workspace, store, report } = environment;
  const changed: string[] = [];
  for (const source of sources) {
    if (!('file' in source)) continue;
    const { name, sha256, sizeBytes } = source.file;
    const place = join(filesDirectory(project), name);
    const path = join(workspace.root, place);
    if (
      !(await access(path).then(
        () => true,
        () => false,
      ))
    )
      continue;
    const blob = await findBlob(store, source.file);
    let read = 0;
    const onBytes = (count: number): void => {
      read += count;
      report({ type: 'progress', label: `comparing ${place}`, done: read, total: sizeBytes, unit: 'bytes' });
    };
    if (!(await holdsBytes(store, path, { id: source.file, blob, onBytes })))
      changed.push(`${place} is not what its manifest says (sha256 ${sha256})`);
  }
  return changed;
}

/** Gates that failed or were not measured, of the variants that are published. */
export async function failedGates(checked: CheckedPublication): Promise<string[]> {
  const { project, model, settings, results } = checked;
  if (!settings.files.has('variants')) return [];
  const hasGates = Object.keys(model.gates ?? {}).length > 0;
  if (!hasGates)
    return model.evaluation === undefined
      ? [`${project}: model.json declares neither "evaluation" nor "gates", so nothing was measured`]
      : [];
  const ref: TargetRef = { project, kind: 'gate' };
  const { step, toolchain } = await recipeToStep(ref, asTheyAre(results));
  const result = validate(
    'gate',
    (await results.perform(step, toolchain)).facts,
    `result of ${targetName(ref)}`,
  );
  return result.checks
    .filter(({ variant, passed }) => !passed && settings.variants.includes(variant))
    .map(gateSentence);
}

/**
 * The same results, planning from the manifests as they are: nothing is made that is not there, and nothing
 * is told again.
 */
function asTheyAre(results: RecipePorts): RecipePorts {
  return {
    ...results,
    environment: { ...results.environment, report: () => undefined },
    upstream: async (ref) => {
      const manifest = await readManifest(join(results.environment.workspace.root, manifestPath(ref)));
      if (manifest === null) throw new NotBuilt(targetName(ref));
      return manifest;
    },
  };
}

class NotBuilt extends Error {}

function targetsOf({ project, model, settings }: CheckedPublication): TargetRef[] {
  const corpora = [
    ...new Set([
      model.imatrix?.type === 'make' ? corpusProject(model.imatrix.corpus) : null,
      model.evaluation === undefined ? null : corpusProject(model.evaluation.corpus),
    ]),
  ].filter((name) => name !== null);
  const hasCard = settings.files.has('card');
  const variants = hasCard ? Object.keys(model.quantize ?? {}) : settings.variants;
  const references = hasCard ? Object.keys(model.references ?? {}) : [];
  // Models that gates refer to are measured, even when they are not published.
  const gated = [...gateNeeds(model.gates ?? {})]
    .filter(([, { isMeasured }]) => isMeasured)
    .map(([name]) => name);
  const of = (kind: TargetRef['kind'], variant?: string): TargetRef => ({
    project,
    kind,
    ...(variant === undefined ? {} : { variant }),
  });
  return [
    ...corpora.map((corpus): TargetRef => ({ project: corpus, kind: 'fetch' })),
    of('fetch'),
    of('convert'),
    ...(model.imatrix === undefined ? [] : [of('imatrix')]),
    ...variants.map((name) => of('quantize', name)),
    ...references.map((name) => of('reference', name)),
    ...(model.evaluation === undefined
      ? []
      : [...new Set([...variants, ...references, ...gated])].map((name) => of('kld', name))),
    ...(hasCard ? [of('card')] : []),
  ];
}

function corpusProject(corpus: CorpusFile): string {
  return typeof corpus === 'string' ? corpus : corpus.project;
}

/** The build of llama.cpp that results were made with, when the declared one is another by now. */
async function staleToolchain({ model, results }: CheckedPublication): Promise<string[]> {
  const project = model.toolchain ?? defaultToolchain;
  const recorded = await readManifest(
    join(results.environment.workspace.root, manifestPath({ project, kind: 'build' })),
  );
  if (recorded === null) return [];
  const declared = (await buildIdentity(
    await toolchainContext(project, results.environment),
  )) as unknown as Json;
  return canonicalJson(declared) === canonicalJson(recorded.facts['identity'] as Json)
    ? []
    : [`${project}:build: its result is of another llama.cpp than the declared one`];
}
