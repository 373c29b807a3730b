import type { Evidence } from '../core/generated/evidence.generated.js';
import { isRatioMisleading } from '../kld/statistics/base-perplexity.js';
import { estimateText } from './numbers.js';

/**
 * What to know of the two perplexity ratios of a measurement, and of which models they differ by more than their
 * error; null where nothing was measured.
 */
export function perplexityNote({
  variants,
  references,
}: Pick<Evidence, 'variants' | 'references'>): { text: string; isWarning: boolean } | null {
  const measured = [...variants, ...references].flatMap(({ name, measurement }) =>
    measurement === null ? [] : [{ name, perplexity: measurement.statistics.perplexity }],
  );
  const [first] = measured;
  if (first === undefined) return null;
  const { base, recomputedBase } = first.perplexity;
  const misled = measured.filter(({ perplexity }) => isRatioMisleading(perplexity)).map(({ name }) => name);
  const origin = `The perplexity of the unquantized model is the one that its own pass printed, ${estimateText(base, 4)}. llama-perplexity's own ratio, Mean PPL(Q)/PPL(base), is to one that it recomputes from logits kept with a floor of 16 nats, ${recomputedBase.value.toFixed(4)}.`;
  return misled.length === 0
    ? { text: origin, isWarning: false }
    : {
        text: `${origin} For ${misled.join(', ')} llama-perplexity's own ratio is off by more than the error that it prints: the first one is right. Where the floor matters, its error comes from blocks of chunks; of fewer than 8 chunks it has none.`,
        isWarning: true,
      };
}
