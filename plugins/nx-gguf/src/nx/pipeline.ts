import { join } from 'node:path';
import { GgufError } from '../core/errors.js';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import { manifestText, readManifest } from '../store/actions.js';
import { findBlob } from '../store/blobs.js';
import { writeDurably } from '../store/durable.js';
import { perform, type Effects, type Performed } from '../steps/perform.js';
import type { Step } from '../steps/step.js';
import { runTool } from '../toolchain/run-tool.js';
import type { TransferSettings } from '../upstream/transfer.js';
import { planStep, type PlanningOptions } from './plan-step.js';
import { manifestPath, targetName, type TargetRef } from './target.js';
import { verifyVariant } from './verify-variant.js';
import { toolchainAccess, type ToolchainAccess, type ToolchainEnvironment } from './toolchain-tools.js';

/** The targets of a workspace as steps: each can be had from the store or made, with everything it needs. */
export interface Pipeline {
  environment: ToolchainEnvironment;
  /** How files are fetched, where it differs from the ordinary. */
  transfer: Partial<TransferSettings>;
  /** The artifact of a target: looked up, else made. Its manifest is written where Nx expects it. */
  obtain: (ref: TargetRef, options?: { needFiles?: boolean }) => Promise<Performed>;
  /** The manifest of a target that this one builds on: as its last run left it, else obtained. */
  upstream: (ref: TargetRef) => Promise<Manifest>;
  /** The artifact of a step that is no target of its own, with its files unless they are not needed. */
  perform: (step: Step, toolchain: string, options?: { needFiles?: boolean }) => Promise<Manifest>;
  /** Rebuilds the result of a `quantize` target in full and compares; throws when it differs. */
  verify: (ref: TargetRef, manifest: Manifest) => Promise<void>;
  toolchain: (project: string) => ToolchainAccess;
  /** Where a file's bytes are; the target that made it runs again when they are gone. */
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
  const toolchains = new Map<string, ToolchainAccess>();
  const { workspace, store, report, signal } = environment;

  const noteProducer = (ref: TargetRef, manifest: Manifest): Manifest => {
    for (const { sha256 } of manifest.files) if (!producers.has(sha256)) producers.set(sha256, ref);
    return manifest;
  };

  const effects = (toolchain: string): Effects => ({
    store, runTool, report, signal, threads: options.threads,
    tools: pipeline.toolchain(toolchain).tools,
    resolve: pipeline.resolve,
  });

  const pipeline: Pipeline = {
    environment,
    transfer: options.transfer ?? {},

    toolchain: (project) => {
      const access = toolchains.get(project) ?? toolchainAccess(project, environment);
      toolchains.set(project, access);
      return access;
    },

    obtain: async (ref, { needFiles = false } = {}) => {
      const { step, toolchain } = await planStep(ref, pipeline, options);
      const performed = await perform(step, effects(toolchain), needFiles);
      const path = join(workspace.root, manifestPath(ref));
      const text = manifestText(performed.manifest);
      const present = await readManifest(path).catch(() => null);
      if (present === null || manifestText(present) !== text) await writeDurably(path, text);
      noteProducer(ref, performed.manifest);
      return performed;
    },

    perform: async (step, toolchain, { needFiles = true } = {}) => (await perform(step, effects(toolchain), needFiles)).manifest,

    verify: async (ref, manifest) => {
      const { toolchain } = await planStep(ref, pipeline, options);
      const inputs = [await pipeline.upstream({ project: ref.project, kind: 'convert' })];
      if (manifest.provenance.inputs.some(({ role }) => role === 'imatrix')) inputs.push(await pipeline.upstream({ project: ref.project, kind: 'imatrix' }));
      for (const file of inputs.flatMap(({ files }) => files)) await pipeline.resolve(file);
      await verifyVariant(manifest, effects(toolchain));
    },

    upstream: async (ref) => {
      const manifest = await readManifest(join(workspace.root, manifestPath(ref)));
      if (manifest !== null && manifest.step === ref.kind) return noteProducer(ref, manifest);
      return (await pipeline.obtain(ref)).manifest;
    },

    resolve: async (file) => {
      const present = await findBlob(store, file);
      if (present !== null) return present;
      const producer = producers.get(file.sha256);
      if (producer === undefined) throw new GgufError('BLOB_MISSING', `${file.name} (sha256 ${file.sha256}) is not in the store`);
      report({ type: 'step', message: `${file.name} is not in the store any more: making it again with ${targetName(producer)}` });
      await pipeline.obtain(producer, { needFiles: true });
      const made = await findBlob(store, file);
      if (made !== null) return made;
      throw new GgufError('INPUT_CHANGED', `${targetName(producer)} made other bytes for ${file.name} than before`, { hint: `Run \`nx run ${targetName(producer)}\` and then this target again.` });
    },
  };
  return pipeline;
}
