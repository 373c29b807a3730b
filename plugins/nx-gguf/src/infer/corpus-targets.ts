import { stepRegistry } from '../core/step-registry.js';
import { defaultToolchain } from '../workspace/declared-model.js';
import { declaredSource } from '../workspace/declared-source.js';
import { inferredTarget, type InferredTarget } from './inferred-target.js';
import { jsonFields, manifests } from './inputs.js';
import { text } from '../workspace/loose-json.js';
import type { ProjectContext } from './model-context.js';
import { sourceParts } from './source-parts.js';

/** The targets of a corpus, by name. */
export function corpusTargets(
  corpus: Readonly<Record<string, unknown>>,
  { root, prefix }: ProjectContext,
): Record<string, InferredTarget> {
  const { cache, inputs, dependsOn } = sourceParts(declaredSource(corpus['source']), {
    root,
    toolchain: text(corpus['toolchain']) ?? defaultToolchain,
    prefix,
  });
  return {
    [`${prefix}fetch`]: inferredTarget({
      executor: 'fetch',
      description: 'Brings the texts into the store.',
      cache,
      inputs: [
        jsonFields('corpus.json', ['source', 'toolchain']),
        jsonFields('corpus.lock.json', ['source']),
        ...inputs,
        manifests,
      ],
      outputs: ['fetch/artifact.json', `fetch/${stepRegistry.fetch.carriedFile}`],
      dependsOn,
    }),
  };
}
