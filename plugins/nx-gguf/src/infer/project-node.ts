import type { CreateNodesResult, ProjectConfiguration } from '@nx/devkit';
import { goneInputs } from '../core/gone-variable.js';
import { logicVersions } from '../core/logic-versions.js';
import { schemaFile } from '../core/schema-files.js';
import { corpusTargets } from './corpus-targets.js';
import { declaredModel } from './declared-model.js';
import { aggregateTarget, type InferredTarget } from './inferred-target.js';
import { isRecord } from './loose-json.js';
import { modelTargets } from './model-targets.js';
import type { ProjectName } from './project-names.js';
import { targetGroups } from './target-groups.js';
import { toolchainTargets } from './toolchain-targets.js';

/** The kinds of project that a file in their directory makes: `model.json`, `corpus.json`, `toolchain.json`. */
export const projectKinds = ['model', 'corpus', 'toolchain'] as const;

/** A kind of project. */
export type ProjectKind = (typeof projectKinds)[number];

/** A file that declares a project, as JSON of any form. */
export interface Declaration {
  kind: ProjectKind;
  /** The project's directory, relative to the workspace. */
  root: string;
  content: Readonly<Record<string, unknown>>;
  /** The file is no JSON: there may be more in it than was read. */
  isBroken?: boolean;
}

/** Where the metadata of a project tells the files that would make projects of the same name. */
export const clashKey = 'nx-gguf:clash';

/** Fields of which a file has one when it is ours, and not of another program that calls its files the same. */
const ownFields: Record<ProjectKind, readonly string[]> = {
  model: ['source', 'quantize', 'imatrix', 'evaluation', 'references'],
  corpus: ['source'],
  toolchain: ['source'],
};

const modelFields: ReadonlySet<string> = new Set(Object.keys(schemaFile('model').properties ?? {}));

/** True for the content of a file of ours, right or wrong; others call their files so too. */
export function isOurs(kind: ProjectKind, content: unknown): content is Readonly<Record<string, unknown>> {
  if (!isRecord(content)) return false;
  const schema = content['$schema'];
  if (typeof schema === 'string' && schema.includes('nx-gguf')) return true;
  if (typeof schema === 'string' && /^https?:/.test(schema)) return false;
  if (ownFields[kind].some((field) => isRecord(content[field]))) return true;
  // A model.json that has lost the rest, or has not got it yet.
  return (
    kind === 'model' &&
    typeof content['name'] === 'string' &&
    Object.keys(content).every((field) => modelFields.has(field))
  );
}

/** Targets that a model has only when it declares something for them. */
const optionalTargets = [
  'imatrix',
  'plan',
  'quantize',
  'reference',
  'kld-base',
  'kld',
  'compare',
  'bench',
  'bench-compare',
  'gate',
] as const;

/** The targets that a declaration makes, by name. */
export function inferredTargets(
  { kind, root, content, isBroken = false }: Declaration,
  prefix: string,
): Record<string, InferredTarget> {
  const context = { root, prefix };
  const targets =
    kind === 'model'
      ? modelTargets(declaredModel(content), context)
      : kind === 'corpus'
        ? corpusTargets(content, context)
        : toolchainTargets(content, context);
  if (kind !== 'model') return targets;
  // What cannot be read of a broken file must not be missing without a word: these fail with the first target that reads it.
  if (isBroken)
    for (const name of optionalTargets)
      targets[`${prefix}${name}`] ??= aggregateTarget('Says what is wrong with model.json.', [
        { target: `${prefix}fetch` },
      ]);
  const made = Object.entries(targets).map(([name, target]): [string, InferredTarget] => {
    const isAggregate = target.executor === 'nx:noop';
    return [
      name,
      isAggregate
        ? target
        : {
            ...target,
            inputs: [...target.inputs, ...goneInputs({ root, target: name.slice(prefix.length) })],
          },
    ];
  });
  return Object.fromEntries(made);
}

/**
 * What the plugin tells Nx of a project. Nx hashes tags into each task, and does not hash the source of a plugin: the tag
 * with the versions of the steps' logic keeps results of an older nx-gguf from being restored after an update.
 */
export function projectNode(
  declaration: Declaration,
  { prefix, name, clash }: ProjectName & { prefix: string },
): CreateNodesResult {
  const { kind, root } = declaration;
  const targets = inferredTargets(declaration, prefix);
  const project: Omit<ProjectConfiguration, 'root'> & { root: string } = {
    root,
    name,
    tags: [`nx-gguf:${kind}`, `nx-gguf:logic:${Object.values(logicVersions).join('.')}`],
    targets,
    // Neither is part of a hash.
    metadata: {
      technologies: ['llama.cpp'],
      targetGroups: targetGroups(Object.keys(targets), prefix),
      ...(clash === null ? {} : { [clashKey]: clash }),
    },
  };
  return { projects: { [root]: project } };
}
