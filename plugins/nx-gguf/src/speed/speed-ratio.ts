import type { SpeedPair, SpeedRatio } from '../core/generated/bench-comparison.generated.js';

/** Quantiles 0.975 of Student's t for 1 to 30 degrees of freedom. */
const tQuantiles = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604,
  2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555,
  2.0518, 2.0484, 2.0452, 2.0423,
];

/**
 * Which of two models is faster, from alternating runs: the geometric mean of the pairs' ratios A/B with a 95
 * % interval, that of Student's t over the logarithms. Differences between the pairs, as of a machine that
 * slows down, cancel out. With an interval that holds 1 the pairs do not tell. At least two pairs.
 */
export function speedRatio(pairs: readonly Pick<SpeedPair, 'a' | 'b'>[]): SpeedRatio {
  const logs = pairs.map(({ a, b }) => Math.log(a / b));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1);
  const margin = tQuantile(logs.length - 1) * Math.sqrt(variance / logs.length);
  const [low, high] = [Math.exp(mean - margin), Math.exp(mean + margin)];
  return {
    value: Math.exp(mean),
    low,
    high,
    confidence: 0.95,
    verdict: low > 1 ? 'a' : high < 1 ? 'b' : 'undecided',
  };
}

/** The order of a pair's runs: A B, B A, A B, … so that a drift of the machine favours neither. */
export function firstOfPair(pair: number): 'a' | 'b' {
  return pair % 2 === 0 ? 'a' : 'b';
}

/** Beyond the table, Cornish and Fisher's expansion about the normal quantile: within 0.0001 there. */
function tQuantile(degrees: number): number {
  const z = 1.959964;
  return (
    tQuantiles[degrees - 1] ??
    z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2)
  );
}
