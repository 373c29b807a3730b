/** What the program knows of a step apart from how it is planned and done. */
export interface StepDescription {
  /**
   * Version of the step's own logic, raised by hand when the same inputs come to mean another output. It is
   * part of the action key, and all of them together are part of every hash that Nx computes for a project of
   * ours.
   */
  logicVersion: number;
  /**
   * The executor whose targets have the step's artifact; null for a helper step, which is no target of its
   * own.
   */
  executor: string | null;
  /** The group that its targets are in, where `nx graph` and editors show them. */
  group?: TargetGroup;
  /** There is a target for each variant or reference. */
  isPerVariant?: boolean;
  /** The files are put under `dist/<project>/`, where people look for them. */
  leavesFiles?: boolean;
  /** A file so small that Nx carries it beside the manifest. */
  carriedFile?: string;
  /** Nx does not keep the result: it is of this machine only. */
  isMachineBound?: boolean;
}

/** What targets are for. */
export type TargetGroup = 'Sources' | 'Quantize' | 'Measure' | 'Publish' | 'Toolchain';

/** A step with targets, which are in a group. */
interface TargetStep extends StepDescription {
  executor: string;
  group: TargetGroup;
}

/** A step that other steps take help from; it is no target. */
interface HelperStep extends StepDescription {
  executor: null;
}

/** All steps. A new one is added here, in `steps/`, `recipe/`, `infer/`, and with a schema in `executors/`. */
export const stepRegistry = {
  source: { logicVersion: 1, executor: 'toolchain-source', group: 'Toolchain' },
  build: { logicVersion: 2, executor: 'toolchain-build', group: 'Toolchain' },
  python: { logicVersion: 1, executor: 'toolchain-python', group: 'Toolchain' },
  fetch: { logicVersion: 2, executor: 'fetch', group: 'Sources', carriedFile: 'README.md' },
  reference: { logicVersion: 3, executor: 'reference', group: 'Sources', isPerVariant: true },
  convert: { logicVersion: 4, executor: 'convert', group: 'Sources', leavesFiles: true },
  imatrix: { logicVersion: 2, executor: 'imatrix', group: 'Sources', leavesFiles: true },
  'gguf-header': { logicVersion: 3, executor: null },
  'dry-run': { logicVersion: 1, executor: null },
  'override-load': { logicVersion: 2, executor: null },
  plan: {
    logicVersion: 1,
    executor: 'plan',
    group: 'Quantize',
    isPerVariant: true,
    carriedFile: 'plan.json',
  },
  quantize: {
    logicVersion: 2,
    executor: 'quantize',
    group: 'Quantize',
    isPerVariant: true,
    leavesFiles: true,
  },
  'kld-base': { logicVersion: 5, executor: 'kld-base', group: 'Measure' },
  kld: { logicVersion: 5, executor: 'kld', group: 'Measure', isPerVariant: true, carriedFile: 'kld.json' },
  bench: { logicVersion: 1, executor: 'bench', group: 'Measure', isPerVariant: true, isMachineBound: true },
  'bench-compare': { logicVersion: 1, executor: null },
  'kld-sequential': { logicVersion: 2, executor: null },
  gate: { logicVersion: 2, executor: 'gate', group: 'Measure' },
  card: { logicVersion: 7, executor: 'card', group: 'Publish', leavesFiles: true },
  'imatrix-contents': { logicVersion: 3, executor: null },
  'imatrix-statistics': { logicVersion: 2, executor: null },
  report: { logicVersion: 5, executor: 'report', group: 'Publish', leavesFiles: true },
  split: { logicVersion: 1, executor: null },
} as const satisfies Record<string, TargetStep | HelperStep>;

/** A step, by name. */
export type StepName = keyof typeof stepRegistry;

/** The targets that have an artifact, as parts of a model, a corpus or a toolchain project. */
export type TargetKind = {
  [Name in StepName]: (typeof stepRegistry)[Name]['executor'] extends null ? never : Name;
}[StepName];

/** Kinds of target whose files people look for under `dist/<project>/`. */
export const kindsWithFiles: readonly TargetKind[] = targetKindsWith(
  ({ leavesFiles = false }) => leavesFiles,
);

/** True for kinds of target that leave files under `dist/<project>/`. */
export function leavesFiles(kind: string): boolean {
  return (kindsWithFiles as readonly string[]).includes(kind);
}

/** Kinds of target of which something holds. */
export function targetKindsWith(holds: (step: StepDescription) => boolean): TargetKind[] {
  return (Object.keys(stepRegistry) as StepName[]).filter((name): name is TargetKind => {
    const step: StepDescription = stepRegistry[name];
    return step.executor !== null && holds(step);
  });
}
