import type { Json } from '../core/canonical-json.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import { logicVersions } from '../core/logic-versions.js';
import { variantPassArgs } from '../kld/perplexity-args.js';
import { requireKldStatistics } from '../kld/perplexity-log.js';
import { passOptions, type EvaluationParameters } from './evaluation.js';
import { linkModel } from './link-model.js';
import { runPerplexity } from './run-perplexity.js';
import { inputsOf, type Step } from './step.js';

/** What a measurement is decided by. */
export interface KldInputs {
  variant: readonly ManifestFile[];
  base: ManifestFile;
  parameters: EvaluationParameters;
  toolchain: Readonly<Record<string, Json>>;
}

/** Measures perplexity and KL divergence of a variant against the unquantized model. */
export function kldStep(inputs: KldInputs): Step {
  const { variant, base } = inputs;
  const args = variantPassArgs({ model: variant[0]?.name ?? '', baseFile: base.name, ...passOptions(inputs.parameters) });
  return {
    plan: { step: 'kld', version: logicVersions.kld, parameters: { arguments: args }, inputs: [...inputsOf('variant', variant), ...inputsOf('base', [base])], toolchain: inputs.toolchain },
    run: async (bench) => {
      await linkModel(variant, bench);
      await bench.input(base, base.name);
      const statistics = await runPerplexity({ args, label: 'KL divergence', read: requireKldStatistics }, bench);
      return { files: [], facts: { statistics: statistics as unknown as Json }, commands: [['llama-perplexity', ...args]] };
    },
  };
}
