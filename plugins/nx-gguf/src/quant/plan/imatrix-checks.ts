import type { ImatrixCoverage, QuantizationPlan } from '../../core/generated/plan.generated.js';
import { GgufError } from '../../core/errors.js';
import { didYouMean } from '../../core/suggestion.js';
import { bounded } from '../rules/finding-words.js';
import type { Finding } from '../rules/finding.js';
import {
  blankExperts,
  imatrixCoverage,
  isMiscounted,
  isZeroed,
  matchedTensors,
  zeroBlocks,
  type MatchedTensor,
} from './imatrix-coverage.js';
import { sourceName, usedEntries, type ImatrixContents, type WeightOptions } from './imatrix-need.js';
import { isTokenEmbedding, usesImatrix } from './imatrix-use.js';

/** A plan, the matrix that it is to be carried out with, and what of the matrix concerns it. */
export interface ImatrixCheck {
  readonly plan: QuantizationPlan;
  readonly imatrix: ImatrixContents;
  readonly options: WeightOptions;
  readonly matched: readonly MatchedTensor[];
  readonly coverage: ImatrixCoverage;
}

/** What of a matrix concerns a plan; null while its entries are not known. */
export function imatrixCheck(
  plan: QuantizationPlan,
  imatrix: ImatrixContents,
  options: WeightOptions,
): ImatrixCheck | null {
  const matched = matchedTensors(plan, imatrix, options);
  return matched === null
    ? null
    : { plan, imatrix, options, matched, coverage: imatrixCoverage(plan, matched) };
}

/** `5 of 8 weighted tensors have data`. */
export function coverageText({ withData, weighted }: Pick<ImatrixCoverage, 'withData' | 'weighted'>): string {
  return `${withData} of ${weighted} weighted tensors have data`;
}

/**
 * Refuses a matrix that llama-quantize would refuse in the middle of its work, that would make a tensor zero, or
 * that has no influence at all.
 * @throws GgufError `QUANTIZE_IMATRIX_UNFIT` or `IMATRIX_COVERS_NOTHING`, whose message has every problem
 */
export function requireUsableImatrix(check: ImatrixCheck, target: string): void {
  const unfit = unfitData(check);
  const problems = [...unfit, ...noCoverage(check)];
  if (problems.length === 0) return;
  const message = `${target}: the importance matrix cannot be used\n${problems.join('\n')}`;
  if (unfit.length > 0)
    throw new GgufError('QUANTIZE_IMATRIX_UNFIT', message, {
      hint: 'Make the matrix again, or take one that was made from this model.',
    });
  const { includeWeights = [], excludeWeights = [] } = check.options;
  const chosen = check.coverage.weighted === 0 ? [...includeWeights, ...excludeWeights] : [];
  throw new GgufError('IMATRIX_COVERS_NOTHING', message, {
    hint:
      chosen.length > 0
        ? `includeWeights and excludeWeights are parts of names of the entries (${bounded(
            (check.imatrix.entries ?? []).map(({ name }) => name),
            3,
          )}): correct them, or set "imatrix" of the variant to false.`
        : 'Take a matrix that was made from this model, or set "imatrix" of the variant to false.',
  });
}

/** What of a matrix would not be noticed: data for some of the tensors, or some of the experts, only. */
export function coverageFindings({ plan, imatrix, options, matched, coverage }: ImatrixCheck): Finding[] {
  const finding = (message: string): Finding => ({ check: 'imatrixCoverage', line: null, message });
  const { withoutData } = coverage;
  const lacking =
    withoutData.length === 0 ? [] : [`${coverageText(coverage)}; none for ${bounded(withoutData)}`];
  const partial = matched
    .filter((one) => one.isWeighted)
    .map((one) => ({ name: one.tensor.name, ...blankExperts(one) }))
    .filter(({ blank, experts }) => blank > 0 && blank < experts);
  const experts = partial.map(({ name, blank, experts: all }) => `${blank} of ${all} of ${name}`);
  const unfit = matched
    .filter(
      ({ tensor, entry, wanted }) => isTokenEmbedding(tensor.name) && (entry?.values ?? wanted) !== wanted,
    )
    .map(({ tensor, entry, wanted }) => `${tensor.name} (${entry?.values ?? 0} values for ${wanted})`);
  const strange = strangeEntries(plan, imatrix, options).map(
    (name) => `${name}${didYouMean(name, withoutData)}`,
  );
  const zeroed = matched
    .map((one) => ({ name: one.tensor.name, ...zeroBlocks(one) }))
    .filter(({ zero }) => zero > 0)
    .map(({ name, zero, blocks }) => `${name} (${zero} of ${blocks})`);
  return [
    ...lacking.map(finding),
    ...imatrix.doubts.map((doubt) => ({
      ...finding(`the importance matrix: ${doubt}`),
      atMost: 'warn' as const,
    })),
    ...(zeroed.length === 0
      ? []
      : [
          finding(
            `blocks of columns whose values are all zero, which llama-quantize makes zero in every row: ${bounded(zeroed)}`,
          ),
        ]),
    ...(experts.length === 0
      ? []
      : [
          finding(
            `experts without data, which are quantized as if all columns were equal: ${bounded(experts)}`,
          ),
        ]),
    ...(unfit.length === 0
      ? []
      : [finding(`llama-quantize passes over data of another width: ${bounded(unfit)}`)]),
    ...(strange.length === 0
      ? []
      : [
          {
            ...finding(
              `the importance matrix has data for ${strange.length === 1 ? 'a tensor' : `${strange.length} tensors`} that the model does not have: ${bounded(strange)}`,
            ),
            atMost: 'warn' as const,
          },
        ]),
  ];
}

function unfitData({ imatrix, options, matched }: ImatrixCheck): string[] {
  // llama-quantize looks at the width wherever it quantizes, and at all values that it keeps.
  const width = matched
    .filter(
      ({ tensor, entry, wanted }) => (entry?.values ?? wanted) !== wanted && !isTokenEmbedding(tensor.name),
    )
    .map(({ tensor, entry, wanted }) => `${tensor.name} (${entry?.values ?? 0} for ${wanted})`);
  const invalid = (usedEntries(imatrix, options) ?? [])
    .filter((entry) => entry.invalid > 0)
    .map(({ name, invalid: count, values }) => `${name} (${count} of ${values})`);
  const zeroed = matched.filter(isZeroed).map(({ tensor }) => tensor.name);
  const miscounted = matched
    .filter(isMiscounted)
    .map(({ tensor, entry }) => `${tensor.name} (${entry?.counts ?? 1} for ${tensor.shape[2] ?? 1})`);
  return [
    ...(imatrix.refused.length === 0 ? [] : [`llama-quantize refuses the file: ${bounded(imatrix.refused)}`]),
    ...(width.length === 0
      ? []
      : [`another number of values than the tensor has columns: ${bounded(width)}`]),
    ...(miscounted.length === 0
      ? []
      : [
          `another number of counts than the tensor has experts, so that sums would be divided by counts of others: ${bounded(miscounted)}`,
        ]),
    ...(invalid.length === 0 ? [] : [`values that are NaN, infinite or negative: ${bounded(invalid)}`]),
    ...(zeroed.length === 0
      ? []
      : [`all values are zero, so that llama-quantize would make the tensor zero: ${bounded(zeroed)}`]),
  ];
}

function noCoverage({ plan, imatrix, options, matched, coverage }: ImatrixCheck): string[] {
  if (coverage.withData > 0) return [];
  if (coverage.weighted > 0) {
    const names = (imatrix.entries ?? []).map(({ name }) => name);
    return [
      `${coverageText(coverage)}: it has entries for ${bounded(names)}, and the model has ${bounded(coverage.withoutData)}`,
    ];
  }
  const chosen = [
    ...(options.includeWeights ?? []).map((name) => `includeWeights ${JSON.stringify(name)}`),
    ...(options.excludeWeights ?? []).map((name) => `excludeWeights ${JSON.stringify(name)}`),
  ];
  const isLeftOut =
    chosen.length > 0 && matched.some(({ tensor, isWeighted }) => !isWeighted && usesImatrix(tensor.to));
  return isLeftOut && plan.tensors.length > 0
    ? [`${chosen.join(', ')} leave no tensor that it would be used for`]
    : [];
}

/** Entries for tensors that the model never had. */
function strangeEntries(plan: QuantizationPlan, imatrix: ImatrixContents, options: WeightOptions): string[] {
  const original = sourceName(options.pruneLayers ?? []);
  const known = new Set(plan.tensors.map(({ name }) => original(name)));
  const pruned = new Set((options.pruneLayers ?? []).map((layer) => `blk.${layer}.`));
  return (usedEntries(imatrix, options) ?? [])
    .map(({ name }) => name)
    .filter((name) => !known.has(name) && !pruned.has(/^blk\.\d+\./.exec(name)?.[0] ?? ''));
}
