import { counted } from '../core/counted.js';
import { GgufError } from '../core/errors.js';
import type { Model } from '../core/generated/model.generated.js';
import { didYouMean } from '../core/suggestion.js';
import { gateProblems } from '../kld/gates/gates.js';
import { comparedTokens, fewestTokens } from '../kld/statistics/kld-statistics.js';
import { takesMatrix } from '../quant/plan/takes-matrix.js';
import { checkQuantizeOptions, optionsHint } from '../quant/tool/quantize-options.js';
import { evaluationParameters } from '../steps/measure/evaluation.js';
import { nameProblems } from './file-names.js';

interface Mistakes {
  code: string;
  problems: string[];
  hint: string;
}

/**
 * Checks what model.json says in one place against what it says in another: names that it does not declare,
 * names that another file has, options that contradict each other, gates that nothing can pass, an
 * evaluation of too little. All of it is known before anything is fetched, converted or measured.
 * @throws GgufError `NAME_TAKEN`, `VARIANT_NAME_TAKEN`, `BAD_VARIANT`, `VARIANT_MISSING`, `BAD_GATES`,
 *   `KLD_TOO_FEW_TOKENS`: the first that applies, with every problem of all of them
 */
export function requireConsistentModel(model: Model, project: string): void {
  const variants = Object.keys(model.quantize ?? {});
  const names = [...variants, ...Object.keys(model.references ?? {})];
  const declared = (known: readonly string[]): string =>
    known.length === 0 ? 'None is declared.' : `Declared are: ${known.join(', ')}`;
  const taken = nameProblems(model);
  const mistakes: Mistakes[] = [
    { code: 'NAME_TAKEN', problems: taken.NAME_TAKEN, hint: 'Rename one of them.' },
    {
      code: 'VARIANT_NAME_TAKEN',
      problems: taken.VARIANT_NAME_TAKEN,
      hint: 'Give the variant another name.',
    },
    ...optionMistakes(model),
    { code: 'VARIANT_MISSING', problems: unknownVariants(model), hint: declared(variants) },
    {
      code: 'BAD_GATES',
      problems: gateProblems(model),
      hint:
        model.evaluation === undefined
          ? 'Declare "evaluation", or remove the gates of what is measured.'
          : declared(names),
    },
    {
      code: 'KLD_TOO_FEW_TOKENS',
      problems: tooFewTokens(model),
      hint: 'Of each chunk the second half is compared, but for its last token: raise "chunks" or "ctx".',
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

/** What is wrong with the options of variants, as far as model.json alone says it. */
function optionMistakes({ quantize = {}, imatrix }: Model): Mistakes[] {
  return Object.entries(quantize).map(([name, variant]) => {
    const { tensorTypes } = variant;
    const problems = checkQuantizeOptions({
      ...variant,
      input: 'model',
      output: 'variant',
      ...(tensorTypes === undefined ? {} : { tensorTypesFile: tensorTypes }),
      ...(takesMatrix(variant, imatrix !== undefined) ? { imatrixFile: 'imatrix' } : {}),
    });
    return {
      code: 'BAD_VARIANT',
      problems: problems.map(({ message }) => `quantize.${name}: ${message}`),
      hint: optionsHint(problems),
    };
  });
}

/**
 * An evaluation that compares fewer tokens than llama-perplexity makes statistics of: it would compute everything,
 * and then print none.
 */
function tooFewTokens({ evaluation }: Model): string[] {
  if (evaluation === undefined) return [];
  const { ctx, chunks } = evaluationParameters(evaluation);
  const tokens = comparedTokens({ ctx, chunks: chunks === -1 ? 1 : chunks });
  if (tokens >= (chunks === -1 ? 1 : fewestTokens)) return [];
  const compared =
    chunks === -1
      ? `no token of a chunk of ${ctx}`
      : `${counted(tokens, 'token')} in ${counted(chunks, 'chunk')} of ${ctx}`;
  return [
    `"evaluation" compares ${compared}, and llama-perplexity makes statistics of ${fewestTokens} or more`,
  ];
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
