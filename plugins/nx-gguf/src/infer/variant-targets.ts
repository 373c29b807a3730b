import { stepRegistry } from '../core/step-registry.js';
import { aggregateTarget, inferredTarget, type InferredTarget } from './inferred-target.js';
import { manifests, type Input } from './inputs.js';
import type { ModelContext } from './model-context.js';

/** The targets that plan and make the variants of a model. */
export function variantTargets({
  model,
  recipe,
  lock,
  file,
  own,
  all,
  matrix,
  build,
}: ModelContext): Record<string, InferredTarget> {
  const { variants, planFrom, imatrix } = model;
  const making = [own('convert'), matrix, build];
  // A plan from elsewhere waits for a matrix that is brought. It does not wait for one that is made from the
  // converted model. Either way, also without its dependencies, it looks at the one that is there.
  const isMatrixBrought = imatrix !== null && 'source' in imatrix;
  const presentMatrix: Input[] =
    planFrom === null || matrix === null
      ? []
      : [{ fileset: '{workspaceRoot}/dist/{projectName}/imatrix/artifact.json', includeIgnored: true }];
  const planning = planFrom === null ? making : [build, isMatrixBrought ? matrix : null];
  const targets = variants.flatMap(({ name, tensorTypes }): [string, InferredTarget][] => [
    [
      `plan:${name}`,
      inferredTarget({
        executor: 'plan',
        description: `Shows what llama-quantize will make of each tensor of ${name}, and why.`,
        options: { variant: name },
        cache: planFrom !== 'path',
        inputs: [
          recipe('toolchain', 'checks', 'imatrix', 'planFrom', `quantize.${name}`),
          lock('planFrom'),
          ...file(tensorTypes),
          manifests,
          { env: 'NX_GGUF_COMPARISON' },
          ...presentMatrix,
        ],
        outputs: [
          `plan/${name}/artifact.json`,
          `plan/${name}/${stepRegistry.plan.carriedFile}`,
          `plan/${name}/planning.json`,
        ],
        dependsOn: planning,
      }),
    ],
    [
      `quantize:${name}`,
      inferredTarget({
        executor: 'quantize',
        description: `Makes ${name} with llama-quantize.`,
        options: { variant: name },
        inputs: [recipe('name', 'toolchain', 'checks', `quantize.${name}`), ...file(tensorTypes), manifests],
        outputs: [`quantize/${name}/artifact.json`, `quantize/${name}/planning.json`],
        dependsOn: making,
      }),
    ],
  ]);
  if (variants.length === 0) return {};
  return {
    ...Object.fromEntries(targets),
    plan: aggregateTarget('Plans all variants.', all('plan')),
    quantize: aggregateTarget('Makes all variants.', all('quantize')),
  };
}
