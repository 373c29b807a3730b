import type { Json } from '../core/json/canonical-json.js';
import type { Report } from '../core/events.js';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import type { TargetRef } from '../core/target.js';
import type { TargetKind } from '../core/step-registry.js';
import type { Step } from '../steps/step.js';
import type { StoreLayout } from '../store/layout.js';
import type { TransferSettings } from '../transport/transfer-settings.js';
import type { Workspace } from '../workspace/workspace.js';

/** What resolving a recipe needs from the process it runs in. */
export interface RecipeEnvironment {
  workspace: Workspace;
  store: StoreLayout;
  env: Readonly<Record<string, string | undefined>>;
  report: Report;
  signal: AbortSignal | undefined;
}

/** Where recipes are read, and how files are fetched where that differs from the ordinary. */
export interface Surroundings {
  environment: RecipeEnvironment;
  transfer: Partial<TransferSettings>;
}

/** Gives the manifest of a target that this one builds on: the one that its last run left, else a new one. */
export interface TargetManifests {
  upstream: (ref: TargetRef) => Promise<Manifest>;
}

/** The parts of a toolchain that have an identity, each a target of its project. */
export type ToolchainPart = Extract<TargetKind, 'source' | 'build' | 'python'>;

/** Gives the identities of the toolchain of a project; nothing is built for them. */
export interface ToolchainIdentities {
  toolchain: (project: string) => { identity: (part: ToolchainPart) => Promise<Json> };
}

/** Options of a helper step: whether its files are needed, and its known results. */
export interface HelperStepOptions {
  needFiles?: boolean;
  /** Known results that the store need not have. */
  known?: readonly Manifest[];
}

/** Gives the artifact of a step that is no target of its own, with its files unless they are not needed. */
export interface HelperSteps {
  perform: (step: Step, toolchain: string, options?: HelperStepOptions) => Promise<Manifest>;
}

/** Tells where a file's bytes are; they are brought, or made again by the target that made them. */
export interface ArtifactFiles {
  resolve: (file: ManifestFile) => Promise<string>;
}

/** Everything that resolving any recipe needs. Each function asks for the ports that it uses. */
export type RecipePorts = Surroundings & TargetManifests & ToolchainIdentities & HelperSteps & ArtifactFiles;
