import { targetKindsWith } from '../core/step-registry.js';
import type { DeclaredModel } from '../workspace/declared-model.js';
import type { DeclaredSource } from '../workspace/declared-source.js';
import { jsonFields, namedFile, type Dependency, type Input } from './inputs.js';
import { sourceParts, type SourceParts } from './source-parts.js';

/** Where a project is, and how its targets are named. */
export interface ProjectContext {
  /** The project's directory, relative to the workspace. */
  root: string;
  /** In front of each target's name. */
  prefix: string;
}

/** A model, and what its targets are put together from. */
export interface ModelContext {
  model: DeclaredModel;
  /** Variants, then references. */
  names: readonly string[];
  /** Fields of model.json, and of its lock. */
  recipe: (...fields: string[]) => Input;
  lock: (...fields: string[]) => Input;
  /** A file that model.json names; nothing when it names none. */
  file: (path: string | null) => (Input | null)[];
  source: (declared: DeclaredSource) => SourceParts;
  /** A target of this project, and of another one. */
  own: (target: string) => Dependency;
  of: (project: string, target: string) => Dependency;
  /** All targets of kinds, as far as there are any. */
  all: (...kinds: string[]) => Dependency[];
  /** The target that makes or brings a variant or a reference. */
  made: (name: string) => Dependency;
  build: Dependency;
  /** Null for what the model does not have. */
  matrix: Dependency | null;
  calibrationCorpus: Dependency | null;
  evaluationCorpus: Dependency | null;
}

const perVariant = targetKindsWith(({ isPerVariant = false }) => isPerVariant);

/** What the targets of a model are put together from. */
export function modelContext(model: DeclaredModel, { root, prefix }: ProjectContext): ModelContext {
  const { variants, references, evaluation, imatrix, toolchain } = model;
  const names = [...variants, ...references].map(({ name }) => name);
  const isReference = new Set(references.map(({ name }) => name));
  // As objects: a text such as `plan:*` could also mean a project of that name.
  const own = (target: string): Dependency => ({ target: `${prefix}${target}` });
  const of = (project: string, target: string): Dependency => ({
    projects: [project],
    target: `${prefix}${target}`,
  });
  const corpus = (project: string | null | undefined): Dependency | null =>
    project === null || project === undefined ? null : of(project, 'fetch');
  const counts: Readonly<Record<string, number>> = {
    ...Object.fromEntries(perVariant.map((kind) => [kind, variants.length])),
    reference: references.length,
    kld: evaluation === null ? 0 : names.length,
    bench: names.length,
  };
  return {
    model,
    names,
    own,
    of,
    recipe: (...fields) => jsonFields('model.json', fields),
    lock: (...fields) => jsonFields('model.lock.json', fields),
    file: (path) => (path === null ? [] : [namedFile(root, path)]),
    source: (declared) => sourceParts(declared, { root, toolchain, prefix }),
    all: (...kinds) => kinds.filter((kind) => (counts[kind] ?? 0) > 0).map((kind) => own(`${kind}:*`)),
    made: (name) => own(`${isReference.has(name) ? 'reference' : 'quantize'}:${name}`),
    build: of(toolchain, 'build'),
    matrix: imatrix === null ? null : own('imatrix'),
    calibrationCorpus: imatrix !== null && 'corpus' in imatrix ? corpus(imatrix.corpus) : null,
    evaluationCorpus: corpus(evaluation?.corpus),
  };
}
