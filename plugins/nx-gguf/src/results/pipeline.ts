import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GgufError, isGgufError } from '../core/errors.js';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import { forgetAction, manifestText, readManifest } from '../store/actions.js';
import { findBlob } from '../store/blobs.js';
import { writeDurably } from '../files/durable.js';
import { hasFiles, perform, recall, type Effects, type Performed } from '../steps/run-cached.js';
import { actionKey, type Step, type StepPlan } from '../steps/step.js';
import { runTool } from '../toolchain/run-tool.js';
import type { TransferSettings } from '../transport/transfer-settings.js';
import { writeAsked } from '../recipe/planning-cache.js';
import {
  measureTarget,
  measureTargets,
  type MeasuringEnded,
  type MeasuringPipeline,
} from './measure-targets.js';
import { findBeside, leaveBeside } from './nx-outputs.js';
import { planMeasurement, planStep, type PlanningOptions } from '../recipe/recipe-to-step.js';
import { manifestPath, targetName, type TargetRef } from '../core/target.js';
import { verifyVariant } from './verify-variant.js';
import { toolchainAccess, type ToolchainAccess, type ToolchainEnvironment } from './toolchain-tools.js';
import { taskName } from '../workspace/workspace.js';

/** The targets of a workspace as steps: each can be had from the store or made, with everything it needs. */
export interface Pipeline {
  environment: ToolchainEnvironment;
  /** How files are fetched, where it differs from the ordinary. */
  transfer: Partial<TransferSettings>;
  /**
   * The artifact of a target: looked up, else made, and said why when its files are gone, unless that was said; with `again`
   * made in any case. `gone` names files that are known to be gone though the store does not know them. Its manifest is
   * written where Nx expects it.
   */
  obtain: (
    ref: TargetRef,
    options?: { needFiles?: boolean; again?: boolean; isExplained?: boolean; gone?: readonly string[] },
  ) => Promise<Performed>;
  /** The artifacts of `kld` targets, those on the same base measured together; each is told as soon as it is there. */
  measure: (
    refs: readonly TargetRef[],
    ended: MeasuringEnded,
    options?: { needFiles?: boolean },
  ) => Promise<void>;
  /** The manifest of a target that this one builds on: as its last run left it, else obtained. */
  upstream: (ref: TargetRef) => Promise<Manifest>;
  /** The artifact of a step that is no target of its own, with its files unless they are not needed. `known` are results that the store need not have. */
  perform: (
    step: Step,
    toolchain: string,
    options?: { needFiles?: boolean; known?: readonly Manifest[] },
  ) => Promise<Manifest>;
  /** Rebuilds the result of a `quantize` target in full and compares; throws when it differs. */
  verify: (ref: TargetRef, manifest: Manifest) => Promise<void>;
  toolchain: (project: string) => ToolchainAccess;
  /** Where a file's bytes are; they are brought, and where nobody has them any more the target that made them runs again. */
  resolve: (file: ManifestFile) => Promise<string>;
}

/** What an executor decides for a whole pipeline. */
export interface PipelineOptions extends PlanningOptions {
  threads?: number | undefined;
  transfer?: Partial<TransferSettings>;
}

/** The pipeline over a workspace and a store. One place where everything is composed. */
export function createPipeline(environment: ToolchainEnvironment, options: PipelineOptions = {}): Pipeline {
  const producers = new Map<string, TargetRef>();
  const makers = new Map<string, () => Promise<unknown>>();
  const toolchains = new Map<string, ToolchainAccess>();
  const { workspace, store, remotes, report, signal } = environment;
  const places = ['the store', ...remotes.names].join(' or ');

  const noteProducer = (ref: TargetRef, manifest: Manifest): Manifest => {
    for (const { sha256 } of manifest.files) if (!producers.has(sha256)) producers.set(sha256, ref);
    return manifest;
  };

  const effects = (
    toolchain: string,
    { again = false, onRun }: { again?: boolean; onRun?: Effects['onRun'] } = {},
  ): Effects => ({
    // What is to be made again is not looked up, here or elsewhere.
    store,
    remotes: again ? { ...remotes, findAction: () => Promise.resolve(null) } : remotes,
    onRun,
    runTool,
    report,
    signal,
    threads: options.threads,
    tools: pipeline.toolchain(toolchain).tools,
    resolve: pipeline.resolve,
  });

  const explain = (ref: TargetRef, names: readonly string[]): void => {
    const [first, ...others] = names;
    if (first === undefined) return;
    report({
      type: 'step',
      message: `${first}${others.length === 0 ? ' is' : ` and ${others.length} more are`} not in ${places} any more: making it again with ${targetName(ref)}`,
    });
  };

  /** Writes the manifest where Nx expects it. */
  const leave = async (ref: TargetRef, performed: Performed): Promise<Performed> => {
    const path = join(workspace.root, manifestPath(ref));
    const text = manifestText(performed.manifest);
    const present = await readManifest(path).catch(() => null);
    if (present === null || manifestText(present) !== text) await writeDurably(path, text);
    await leaveBeside(ref, performed.manifest, { root: workspace.root, store });
    noteProducer(ref, performed.manifest);
    return performed;
  };

  const present = (ref: TargetRef): Promise<Manifest | null> =>
    readManifest(join(workspace.root, manifestPath(ref))).catch(() => null);

  /** One of these results, if it is that of the action, the store does not know it, and its files are here as far as they are needed. */
  const brought = async (
    plan: StepPlan,
    known: readonly Manifest[],
    needFiles: boolean,
  ): Promise<Manifest | null> => {
    const key = actionKey(plan);
    const found = known.find((manifest) => manifest.actionKey === key);
    if (found === undefined || (await recall(store, key, needFiles)) !== null) return null;
    return !needFiles || (await hasFiles(store, found)) ? found : null;
  };

  /**
   * A result that the store knows, or that lies in the workspace, as Nx brought it, under the same action key; else it is
   * brought or made. The store is not told of the second kind: other workspaces share it, and trust what is in it.
   */
  const knownOrMade = async (
    step: Step,
    needs: Effects,
    { needFiles, known }: { needFiles: boolean; known: readonly Manifest[] },
  ): Promise<Performed> => {
    const manifest = await brought(step.plan, known, needFiles);
    return manifest === null ? perform(step, needs, needFiles) : { manifest, origin: 'store' };
  };

  const measuring = (needFiles: boolean, again: boolean): MeasuringPipeline => ({
    plan: async (ref) => {
      const planned = await planMeasurement(ref, pipeline, options);
      if (again) await forgetAction(store, actionKey(planned.step.plan));
      return planned;
    },
    effects: (toolchain) => effects(toolchain, { again }),
    leave,
    brought: async (ref, plan) =>
      again
        ? null
        : brought(
            plan,
            [await present(ref)].filter((one) => one !== null),
            needFiles,
          ),
  });

  const pipeline: Pipeline = {
    environment,
    transfer: options.transfer ?? {},

    toolchain: (project) => {
      const access = toolchains.get(project) ?? toolchainAccess(project, environment);
      toolchains.set(project, access);
      return access;
    },

    obtain: async (ref, { needFiles = false, again = false, isExplained = false, gone = [] } = {}) => {
      if (ref.kind === 'kld') return measureTarget(ref, measuring(needFiles, again), needFiles);
      const { step, toolchain } = await planStep(ref, pipeline, options);
      if (again) await forgetAction(store, actionKey(step.plan));
      const known = again ? null : await present(ref);
      const onRun = isExplained
        ? undefined
        : (lost: readonly ManifestFile[]): void =>
            explain(ref, lost.length > 0 ? lost.map(({ name }) => name) : gone);
      const performed = await knownOrMade(step, effects(toolchain, { again, onRun }), {
        needFiles,
        known: known === null ? [] : [known],
      });
      if (step.asked !== undefined) await writeAsked(workspace.root, ref, step.asked);
      return leave(ref, performed);
    },

    measure: (refs, ended, { needFiles = false } = {}) =>
      measureTargets(refs, measuring(needFiles, false), { needFiles, ended }),

    perform: async (step, toolchain, { needFiles = true, known = [] } = {}) => {
      const { manifest } = await knownOrMade(step, effects(toolchain), { needFiles, known });
      if (!needFiles)
        for (const { sha256 } of manifest.files) makers.set(sha256, () => pipeline.perform(step, toolchain));
      return manifest;
    },

    verify: async (ref, manifest) => {
      const { toolchain } = await planStep(ref, pipeline, options);
      const inputs = [await pipeline.upstream({ project: ref.project, kind: 'convert' })];
      if (manifest.provenance.inputs.some(({ role }) => role === 'imatrix'))
        inputs.push(await pipeline.upstream({ project: ref.project, kind: 'imatrix' }));
      for (const file of inputs.flatMap(({ files }) => files)) await pipeline.resolve(file);
      await verifyVariant(manifest, effects(toolchain)).catch(async (error: unknown) => {
        // What is wrong must not count as known for being there.
        if (isGgufError(error) && error.code === 'REBUILD_DIFFERS')
          await rm(join(workspace.root, manifestPath(ref)), { force: true });
        throw error;
      });
    },

    upstream: async (ref) => {
      const manifest = await readManifest(join(workspace.root, manifestPath(ref)));
      if (manifest !== null && manifest.step === ref.kind) return noteProducer(ref, manifest);
      return (await pipeline.obtain(ref)).manifest;
    },

    resolve: async (file) => {
      const producer = producers.get(file.sha256);
      const near =
        (await findBlob(store, file)) ??
        (producer === undefined ? null : await findBeside(producer, file, { root: workspace.root, store }));
      const present = near ?? ((await remotes.bring([file])) ? await findBlob(store, file) : null);
      if (present !== null) return present;
      const maker = makers.get(file.sha256);
      if (producer === undefined && maker !== undefined) {
        await maker();
        const brought = await findBlob(store, file);
        if (brought !== null) return brought;
      }
      if (producer === undefined)
        throw new GgufError('BLOB_MISSING', `${file.name} (sha256 ${file.sha256}) is not in ${places}`);
      explain(producer, [file.name]);
      await pipeline.obtain(producer, { needFiles: true, isExplained: true });
      const made = await findBlob(store, file);
      if (made !== null) return made;
      throw new GgufError(
        'INPUT_CHANGED',
        `${targetName(producer)} made other bytes for ${file.name} than before`,
        { hint: `Run \`nx run ${taskName(producer, workspace)}\` and then this target again.` },
      );
    },
  };
  return pipeline;
}
