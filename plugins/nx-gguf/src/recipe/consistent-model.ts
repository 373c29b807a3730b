import { GgufError } from '../core/errors.js';
import type { Model } from '../core/generated/model.generated.js';
import { didYouMean } from '../core/suggestion.js';
import { gateProblems } from '../kld/gates/gates.js';
import { checkQuantizeOptions } from '../quant/tool/quantize-options.js';

interface Mistakes {
  code: string;
  problems: string[];
  hint: string;
}

/**
 * Checks what model.json says in one place against what it says in another: names that it does not declare,
 * types that there are none of, gates that nothing can pass. All of it is known before anything is fetched,
 * converted or measured.
 * @throws GgufError `NAME_TAKEN`, `BAD_VARIANT`, `VARIANT_MISSING`, `BAD_GATES`: the first that applies, with
 *   every problem of all of them
 */
export function requireConsistentModel(model: Model, project: string): void {
  const variants = Object.keys(model.quantize ?? {});
  const names = [...variants, ...Object.keys(model.references ?? {})];
  const declared = (known: readonly string[]): string =>
    known.length === 0 ? 'None is declared.' : `Declared are: ${known.join(', ')}`;
  const mistakes: Mistakes[] = [
    { code: 'NAME_TAKEN', problems: takenNames(model), hint: 'Rename one of them.' },
    { code: 'BAD_VARIANT', problems: unknownTypes(model), hint: 'Correct the variant in model.json.' },
    { code: 'VARIANT_MISSING', problems: unknownVariants(model), hint: declared(variants) },
    {
      code: 'BAD_GATES',
      problems: gateProblems(model),
      hint:
        model.evaluation === undefined
          ? 'Declare "evaluation", or remove the gates of what is measured.'
          : declared(names),
    },
  ];
  const made = mistakes.filter(({ problems }) => problems.length > 0);
  const [first] = made;
  if (first === undefined) return;
  throw new GgufError(
    first.code,
    made.flatMap(({ problems }) => problems.map((problem) => `${project}: ${problem}`)).join('\n'),
    { hint: [...new Set(made.map(({ hint }) => hint))].join('\n        ') },
  );
}

/** Variants and references share targets, so none can be both. */
function takenNames({ quantize = {}, references = {} }: Model): string[] {
  return Object.keys(references)
    .filter((name) => Object.hasOwn(quantize, name))
    .map((name) => `${name} is both a variant and a reference`);
}

function unknownTypes({ quantize = {} }: Model): string[] {
  return Object.entries(quantize).flatMap(([name, { ftype, outputTensorType, tokenEmbeddingType }]) =>
    checkQuantizeOptions({
      input: 'model',
      output: 'variant',
      ftype,
      ...(outputTensorType === undefined ? {} : { outputTensorType }),
      ...(tokenEmbeddingType === undefined ? {} : { tokenEmbeddingType }),
    })
      .filter(({ code }) => code === 'UNKNOWN_FTYPE' || code === 'BAD_TARGET_TYPE')
      .map(({ message }) => `quantize.${name}: ${message}`),
  );
}

function unknownVariants({ quantize = {}, references = {}, card = {}, publish = {} }: Model): string[] {
  const named = [
    ...Object.entries(references).map(([name, { compareWith }]) => ({
      place: `references.${name}.compareWith`,
      variant: compareWith,
    })),
    ...Object.keys(card.uses ?? {}).map((variant) => ({ place: `card.uses.${variant}`, variant })),
    ...(publish.variants ?? []).map((variant) => ({ place: 'publish.variants', variant })),
  ];
  return named.flatMap(({ place, variant }) =>
    variant === undefined || Object.hasOwn(quantize, variant)
      ? []
      : [
          `${place}: there is no variant ${JSON.stringify(variant)}${didYouMean(variant, Object.keys(quantize))}`,
        ],
  );
}
