import type { Json } from '../../core/json/canonical-json.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { basePassArgs } from '../../kld/tool/perplexity-args.js';
import { passOptions, type EvaluationParameters } from './evaluation.js';
import { inputsOf, type Action } from '../step.js';

/** What the logits of the unquantized model are decided by. */
export interface KldBase {
  /** Stem of the file name. */
  name: string;
  model: readonly ManifestFile[];
  corpus: ManifestFile;
  parameters: EvaluationParameters;
  toolchain: Readonly<Record<string, Json>>;
}

/** The name that the base logits have for the tools, be it a file or a FIFO. */
export function baseFile({ name }: Pick<KldBase, 'name'>): string {
  return `${name}.kld`;
}

/** Arguments of the base pass. */
export function baseArgs(base: KldBase): string[] {
  const { corpus, parameters } = base;
  return basePassArgs({
    model: base.model[0]?.name ?? '',
    text: corpus.name,
    baseFile: baseFile(base),
    ...passOptions(parameters),
    ...(parameters.chunks < 0 ? {} : { chunks: parameters.chunks }),
  });
}

/** The step whose result is the kept base logits. Whoever measures on the same base shares its action key. */
export function kldBaseAction(base: KldBase): Action {
  return {
    step: 'kld-base',
    version: stepRegistry['kld-base'].logicVersion,
    parameters: { arguments: baseArgs(base) },
    inputs: [...inputsOf('model', base.model), ...inputsOf('corpus', [base.corpus])],
    toolchain: base.toolchain,
  };
}
