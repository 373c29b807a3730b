import type { CreateNodesResult, ProjectConfiguration } from '@nx/devkit';
import { rerunInputs } from '../core/rerun-input.js';
import { stepRegistry } from '../core/step-registry.js';
import { corpusTargets } from './corpus-targets.js';
import { declaredModel } from '../workspace/declared-model.js';
import { aggregateTarget, type InferredTarget } from './inferred-target.js';
import type { Declaration } from '../workspace/project-file.js';
import { modelTargets } from './model-targets.js';
import type { ProjectName } from './project-names.js';
import { targetGroups } from './target-groups.js';
import { toolchainTargets } from './toolchain-targets.js';

const logicVersions = Object.values(stepRegistry)
  .map(({ logicVersion }) => logicVersion)
  .join('.');

/** The place in a project's metadata that names the files which would make projects of the same name. */
export const clashKey = 'nx-gguf:clash';

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
  // Targets of a broken file must not be missing silently: these targets fail with its error when they run.
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
            inputs: [...target.inputs, ...rerunInputs({ root, target: name.slice(prefix.length) })],
          },
    ];
  });
  return Object.fromEntries(made);
}

/**
 * What the plugin tells Nx of a project. Nx hashes tags into each task, and does not hash the source of a
 * plugin: the tag with the versions of the steps' logic keeps results of an older nx-gguf from being restored
 * after an update.
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
    tags: [`nx-gguf:${kind}`, `nx-gguf:logic:${logicVersions}`],
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
