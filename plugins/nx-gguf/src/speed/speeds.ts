import type { Speeds } from '../core/generated/bench.generated.js';

/** Mean, spread and median of speeds in tokens a second; at least one. */
export function speedsOf(samples: readonly number[]): Speeds {
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const squares = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
  return {
    samples: [...samples],
    mean,
    stddev: samples.length > 1 ? Math.sqrt(squares / (samples.length - 1)) : null,
    median: median(samples),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
