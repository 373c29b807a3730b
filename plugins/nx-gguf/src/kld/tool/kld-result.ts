import { stepRegistry } from '../../core/step-registry.js';
import { canonicalJson, type Json } from '../../core/json/canonical-json.js';
import { GgufError } from '../../core/errors.js';
import type { KldResult, KldSubject } from '../../core/generated/kld.generated.js';
import { validate } from '../../core/validate.js';
import { withBasePerplexity, type BasePerplexity } from '../statistics/base-perplexity.js';
import type { KldFigures } from './kld-reader.js';

/** Name of the file. */
export const kldFile = stepRegistry.kld.carriedFile;

/** What both passes of a measurement printed. */
export interface MeasuredFigures extends KldFigures {
  readonly basePerplexity: BasePerplexity;
}

/**
 * The result of a measurement from what the tool printed and what it was run on.
 * @throws GgufError `KLD_CONTEXT_MISMATCH` when the tool took its context from other base logits; it does so
 *   without a word
 */
export function kldResult(
  { statistics, running, basePerplexity }: MeasuredFigures,
  subject: KldSubject,
): KldResult {
  if (statistics.ctx !== subject.parameters.ctx) {
    throw new GgufError(
      'KLD_CONTEXT_MISMATCH',
      `the base logits were made with a context of ${statistics.ctx} tokens, not ${subject.parameters.ctx}`,
      { hint: 'Run the base pass again with the context of the evaluation.' },
    );
  }
  return validate(
    'kld',
    {
      format: 1,
      method: 'llama-perplexity',
      subject,
      statistics: withBasePerplexity(statistics, running, basePerplexity),
      running,
    },
    kldFile,
  );
}

/** The file's text, the same for equal results. */
export function kldText(result: KldResult): string {
  return `${canonicalJson(result as unknown as Json)}\n`;
}
