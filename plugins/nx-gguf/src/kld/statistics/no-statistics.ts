import { GgufError } from '../../core/errors.js';
import { comparedTokens, fewestTokens, type ComparedAmount } from './kld-statistics.js';

/**
 * Why a run that reported no failure has no statistics: too few tokens if all its rows are there, else words
 * that were lost.
 */
export function noStatistics(
  tail: readonly string[],
  rows = 0,
  announced: ComparedAmount | null = null,
): GgufError {
  const tokens = announced === null ? 0 : comparedTokens(announced);
  if (rows > 0 && rows === announced?.chunks && tokens < fewestTokens) {
    return new GgufError(
      'KLD_TOO_FEW_TOKENS',
      `only ${tokens} tokens were compared; statistics need at least ${fewestTokens}`,
      { hint: 'Use a longer text, more chunks or a larger context.', tail },
    );
  }
  return new GgufError('KLD_NO_STATISTICS', 'llama-perplexity ended without its results', {
    hint: 'Its last messages can be lost when it exits at once: check that model, text and base file exist and fit, and run it again.',
    tail,
  });
}
