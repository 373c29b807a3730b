import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isGgufError } from '../core/errors.js';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import { manifestPath, targetName, type TargetRef } from '../core/target.js';
import { writePlanningCache } from '../recipe/planning-cache.js';
import type { RecipePorts } from '../recipe/ports.js';
import { recipeToMeasurement, recipeToStep } from '../recipe/recipe-to-step.js';
import type { RecipeOptions } from '../recipe/target-recipe.js';
import type { Effects, Performed } from '../steps/run-cached.js';
import { actionKey } from '../steps/step.js';
import { forgetAction, readManifest } from '../store/actions.js';
import { machineShare } from '../toolchain/machine-share.js';
import { runTool } from '../toolchain/run-tool.js';
import type { TransferSettings } from '../transport/transfer-settings.js';
import { findFile, storePlaces } from './find-file.js';
import { knownResult, lookUpElseMake } from './look-up-else-make.js';
import { measureTarget, measureTargets, type MeasuringPorts } from './measure-targets.js';
import { createProducers } from './producers.js';
import type { Environment, ObtainOptions, Results } from './results.js';
import { leaveManifest, presentManifest } from './target-manifest.js';
import { toolchainAccess, type ToolchainAccess } from './toolchain-access.js';
import { verifyVariant } from './verify-variant.js';

/** The settings that an executor makes for all work of its task. */
export interface ResultsOptions {
  threads?: number | undefined;
  transfer?: Partial<TransferSettings>;
}

/**
 * The results of a workspace over a store: the one place where recipes, steps, toolchains and the store are
 * composed.
 */
export function createResults(environment: Environment, options: ResultsOptions = {}): Results {
  const { workspace, store, remotes, report, signal } = environment;
  const { root } = workspace;
  const producers = createProducers();
  const toolchains = new Map<string, ToolchainAccess>();

  const toolchain = (project: string): ToolchainAccess => {
    const access = toolchains.get(project) ?? toolchainAccess(project, environment);
    toolchains.set(project, access);
    return access;
  };

  const effects = (
    project: string,
    { again = false, onRun }: { again?: boolean; onRun?: Effects['onRun'] } = {},
  ): Effects => ({
    // A result that is to be made again is not looked up, here or elsewhere.
    store,
    remotes: again ? { ...remotes, findAction: () => Promise.resolve(null) } : remotes,
    onRun,
    runTool,
    report,
    signal,
    threads: options.threads,
    mostThreads: machineShare().mostThreads,
    tools: toolchain(project).tools,
    resolve,
  });

  const explain = (ref: TargetRef, names: readonly string[]): void => {
    const [first, ...others] = names;
    if (first === undefined) return;
    const gone = `${first}${others.length === 0 ? ' is' : ` and ${others.length} more are`} not in`;
    report({
      type: 'step',
      message: `${gone} ${storePlaces(environment)} any more: making it again with ${targetName(ref)}`,
    });
  };

  const leave = async (ref: TargetRef, performed: Performed, recipe: RecipeOptions): Promise<Performed> => {
    await leaveManifest(ref, performed.manifest, { root, store, bring: remotes.bring });
    producers.note({ ref, recipe }, performed.manifest.files);
    return performed;
  };

  const measuring = ({ needFiles = false, again = false, recipe = {} }: ObtainOptions): MeasuringPorts => ({
    plan: async (ref) => {
      const measurement = await recipeToMeasurement(ref, ports, recipe);
      if (again) await forgetAction(store, actionKey(measurement.step.action));
      return measurement;
    },
    effects: (project) => effects(project, { again }),
    leave: (ref, performed) => leave(ref, performed, recipe),
    known: async (ref, action) => {
      const present = again ? null : await presentManifest(ref, root);
      return present === null ? null : knownResult(action, store, { needFiles, known: [present] });
    },
  });

  const make = async (
    ref: TargetRef,
    { needFiles = false, again = false, recipe = {} }: ObtainOptions,
    onLost: (lost: readonly ManifestFile[]) => void,
  ): Promise<Performed> => {
    if (ref.kind === 'kld') return measureTarget(ref, measuring({ needFiles, again, recipe }), needFiles);
    const { step, toolchain: project } = await recipeToStep(ref, ports, recipe);
    if (again) await forgetAction(store, actionKey(step.action));
    const present = again ? null : await presentManifest(ref, root);
    const performed = await lookUpElseMake(step, effects(project, { again, onRun: onLost }), {
      needFiles,
      known: present === null ? [] : [present],
    });
    if (step.planningResults !== undefined) await writePlanningCache(root, ref, step.planningResults);
    return leave(ref, performed, recipe);
  };

  const obtain: Results['obtain'] = (ref, wanted = {}) =>
    make(ref, wanted, (lost) => {
      explain(ref, lost.length > 0 ? lost.map(({ name }) => name) : (wanted.gone ?? []));
    });

  const upstream: RecipePorts['upstream'] = async (ref) => {
    const manifest = await readManifest(join(root, manifestPath(ref)));
    if (manifest === null || manifest.step !== ref.kind) return (await obtain(ref)).manifest;
    producers.note({ ref, recipe: {} }, manifest.files);
    return manifest;
  };

  const perform: RecipePorts['perform'] = async (step, project, { needFiles = true, known = [] } = {}) => {
    const { manifest } = await lookUpElseMake(step, effects(project), { needFiles, known });
    if (!needFiles) producers.noteHelper(() => perform(step, project), manifest.files);
    return manifest;
  };

  const resolve = (file: ManifestFile): Promise<string> =>
    findFile(file, {
      environment,
      producers,
      makeAgain: async ({ ref, recipe }) => {
        explain(ref, [file.name]);
        await make(ref, { needFiles: true, recipe }, () => undefined);
      },
    });

  const verify = async (ref: TargetRef, manifest: Manifest): Promise<void> => {
    const { toolchain: project } = await recipeToStep(ref, ports);
    const inputs = [await upstream({ project: ref.project, kind: 'convert' })];
    if (manifest.provenance.inputs.some(({ role }) => role === 'imatrix'))
      inputs.push(await upstream({ project: ref.project, kind: 'imatrix' }));
    for (const file of inputs.flatMap(({ files }) => files)) await resolve(file);
    await verifyVariant(manifest, effects(project)).catch(async (error: unknown) => {
      // A wrong file must not count as known because it is in its place.
      const isWrong = isGgufError(error) && error.code === 'REBUILD_DIFFERS';
      if (isWrong) await rm(join(root, manifestPath(ref)), { force: true });
      throw error;
    });
  };

  const ports: RecipePorts = {
    environment,
    transfer: options.transfer ?? {},
    toolchain,
    upstream,
    perform,
    resolve,
  };
  return {
    ...ports,
    obtain,
    verify,
    measure: (refs, ended, { recipe = {} } = {}) =>
      measureTargets(refs, measuring({ recipe }), { needFiles: false, ended }),
  };
}
