import type { Json } from '../core/json/canonical-json.js';
import { digestOf, type Sha256 } from '../core/digest.js';
import type { Report } from '../core/events.js';
import type { Manifest, ManifestFile, ProvenanceInput } from '../core/generated/manifest.generated.js';
import type { StoreLayout } from '../store/layout.js';
import type { RunTool } from '../toolchain/run-tool.js';

/** Everything that decides a step's output, known before it runs. */
export interface Action {
  /** Name of the step, e.g. `quantize`. */
  step: string;
  /** Version of the step's own logic, raised by hand when its meaning changes. */
  version: number;
  /** The resolved parameters of this step, and of this step only. */
  parameters: Json;
  inputs: readonly ProvenanceInput[];
  /** Identity of the tools it runs, or null when it runs none. */
  toolchain: Readonly<Record<string, Json>> | null;
}

/** The tools a step may ask for; nothing is built before it asks. */
export interface StepTools {
  /** Path of a binary of llama.cpp. */
  llama: (tool: LlamaTool) => Promise<string>;
  /** Path of the converter's Python interpreter. */
  python: () => Promise<string>;
  /** Directory with the source of llama.cpp. */
  source: () => Promise<string>;
}

/** The binaries of llama.cpp that steps run. */
export type LlamaTool =
  'llama-quantize' | 'llama-imatrix' | 'llama-perplexity' | 'llama-bench' | 'llama-gguf-split';

/** What a running step has at hand. */
export interface Workbench {
  /**
   * An empty directory, on the store's file system, for this run alone. Tools run in it, so names are
   * relative.
   */
  directory: string;
  tools: StepTools;
  runTool: RunTool;
  report: Report;
  /** Makes an input readable under a relative name in the directory. */
  input: (file: Pick<ManifestFile, 'name' | 'sha256' | 'sizeBytes'>, as: string) => Promise<void>;
  /**
   * Checks that inputs outside the store have not changed since they were given, before something is recorded
   * that others would share. Results are checked all the same.
   */
  checkInputs: () => Promise<void>;
  /** Digest of a file outside the store, without copying it. */
  refer: (path: string) => Promise<{ sha256: Sha256; sizeBytes: number }>;
  /** The store that the directory lies in. */
  store: StoreLayout;
  /** Threads that were asked for. */
  threads: number | undefined;
  /** Threads that a tool may start at most where it would start more by itself. */
  mostThreads?: number | undefined;
  signal: AbortSignal | undefined;
}

/** The threads that a tool is told to start; undefined leaves it to the tool. */
export function toolThreads({
  threads,
  mostThreads,
}: Pick<Workbench, 'threads' | 'mostThreads'>): number | undefined {
  return threads ?? mostThreads;
}

/** What a step made. */
export interface StepOutcome {
  /**
   * Finished files in the work directory, by the name they get in the manifest; they are moved into the
   * store.
   */
  files: readonly { name: string; path: string }[];
  /** Files that are in the store already, or stay where they are, by digest. */
  referred?: readonly ManifestFile[];
  facts: Readonly<Record<string, Json>>;
  /** The arguments of each tool that ran, in the form the manifest keeps. */
  commands: readonly (readonly string[])[];
}

/** A step that is ready to run. */
export interface Step {
  action: Action;
  run: (bench: Workbench) => Promise<StepOutcome>;
  /**
   * What was declared and did not come to anything, by the facts of the result: told whenever the result is
   * obtained, wherever it was made.
   */
  findings?: (facts: Readonly<Record<string, unknown>>) => string[];
  /**
   * True when the user asked for the upload of the result, even of a known one; results of this kind
   * otherwise stay here.
   */
  isSharedByWish?: boolean;
  /** Results of the helper steps that its planning used; a target keeps them beside its manifest. */
  planningResults?: readonly Manifest[];
}

/** The action key: equal keys mean equal outputs. */
export function actionKey(action: Action): Sha256 {
  return digestOf({ ...action, inputs: action.inputs.map((input) => ({ ...input })) });
}

/** The inputs of a action from the files of an artifact, in one role. */
export function inputsOf(role: string, files: readonly ManifestFile[]): ProvenanceInput[] {
  return files.map(({ name, sha256 }) => ({ role, name, sha256 }));
}
