import { stepRegistry } from '../core/step-registry.js';
import { aggregateTarget, inferredTarget, type InferredTarget } from './inferred-target.js';
import { manifests } from './inputs.js';
import type { ModelContext } from './model-context.js';

/** The targets that bring and convert what a model is made from. */
export function modelSourceTargets(context: ModelContext): Record<string, InferredTarget> {
  const { model, recipe, lock, file, source, own, of, all, build } = context;
  const fetched = source(model.source);
  return {
    fetch: inferredTarget({
      executor: 'fetch',
      description: 'Brings the files of the source into the store.',
      cache: fetched.cache,
      inputs: [recipe('source', 'toolchain'), lock('source'), ...fetched.inputs, manifests],
      outputs: ['fetch/artifact.json', `fetch/${stepRegistry.fetch.carriedFile}`],
      dependsOn: fetched.dependsOn,
    }),
    convert: inferredTarget({
      executor: 'convert',
      description: 'Converts the checkpoint to an unquantized GGUF.',
      inputs: [recipe('name', 'convert', 'toolchain'), ...file(model.metadata), manifests],
      outputs: ['convert/artifact.json'],
      dependsOn: [own('fetch'), of(model.toolchain, 'source'), of(model.toolchain, 'python'), build],
    }),
    ...(model.imatrix === null ? {} : { imatrix: imatrixTarget(model.imatrix, context) }),
    ...Object.fromEntries(
      model.references.map(({ name, source: declared }) => {
        const parts = source(declared);
        return [
          `reference:${name}`,
          inferredTarget({
            executor: 'reference',
            description: `Brings ${name}, which somebody else made, into the store.`,
            options: { reference: name },
            cache: parts.cache,
            inputs: [
              recipe('toolchain', `references.${name}.source`),
              lock(`references.${name}`),
              ...parts.inputs,
              manifests,
            ],
            outputs: [`reference/${name}/artifact.json`, `reference/${name}/planning.json`],
            // What comes is loaded once, to see whether it is a model.
            dependsOn: [...parts.dependsOn, build],
          }),
        ];
      }),
    ),
    ...(model.references.length === 0
      ? {}
      : { reference: aggregateTarget('Brings all references.', all('reference')) }),
  };
}

function imatrixTarget(
  imatrix: NonNullable<ModelContext['model']['imatrix']>,
  { recipe, lock, source, own, build, calibrationCorpus }: ModelContext,
): InferredTarget {
  const ready = 'source' in imatrix ? source(imatrix.source) : null;
  return inferredTarget({
    executor: 'imatrix',
    description:
      ready === null ? 'Makes the importance matrix.' : 'Brings the importance matrix into the store.',
    cache: ready?.cache ?? true,
    inputs: [recipe('imatrix', 'toolchain'), lock('imatrix'), ...(ready?.inputs ?? []), manifests],
    outputs: ['imatrix/artifact.json', 'imatrix/planning.json'],
    dependsOn: ready?.dependsOn ?? [own('convert'), build, calibrationCorpus],
  });
}
