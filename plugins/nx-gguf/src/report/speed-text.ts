import type { BenchTestKind, Machine, Speeds } from '../core/generated/bench.generated.js';
import type { BenchComparison, SpeedRatio } from '../core/generated/bench-comparison.generated.js';

/** A machine in a line: `Intel Xeon, 2 cores, 24 GiB, linux x64`. */
export function machineText({ cpu, cores, cpuQuota, memoryGiB, os, arch, graphics }: Machine): string {
  return [
    cpu,
    `${cores} core${cores === 1 ? '' : 's'}${cpuQuota === undefined ? '' : ` with a quota of ${cpuQuota}`}`,
    `${memoryGiB} GiB`,
    `${os} ${arch}`,
    ...graphics.map((card) => `graphics ${card}`),
  ].join(', ');
}

/** A test as llama-bench's own tables call it: `pp512`, `tg128 @ d4096`. */
export function testText({ promptTokens, generatedTokens, depthTokens }: BenchTestKind): string {
  const sizes = [
    ...(promptTokens > 0 ? [`pp${promptTokens}`] : []),
    ...(generatedTokens > 0 ? [`tg${generatedTokens}`] : []),
  ].join('+');
  return depthTokens > 0 ? `${sizes} @ d${depthTokens}` : sizes;
}

/** Mean and spread in tokens a second: `385.24 ± 3.10`. */
export function speedText({ mean, stddev }: Speeds): string {
  return stddev === null ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${stddev.toFixed(2)}`;
}

/** What a ratio says of two models: `Q4_K_M is faster: 1.210 times as fast as Q6_K (1.180 to 1.240)`. */
function verdictText({ value, low, high, verdict }: SpeedRatio, { a, b }: { a: string; b: string }): string {
  const times = (ratio: number, from: number, to: number): string =>
    `${ratio.toFixed(3)} times as fast as ${verdict === 'b' ? a : b} (${from.toFixed(3)} to ${to.toFixed(3)})`;
  switch (verdict) {
    case 'a':
      return `${a} is faster, ${times(value, low, high)}`;
    case 'b':
      return `${b} is faster, ${times(1 / value, 1 / high, 1 / low)}`;
    case 'undecided':
      return `not distinguishable: ${a} is ${times(value, low, high)}`;
  }
}

/** A comparison of speeds: each test with its verdict, and what it was measured on. */
export function speedComparisonText({ a, b, machine, load, tests }: BenchComparison): string {
  const names = { a: a.name, b: b.name };
  const lines = tests.map(
    ({ test, pairs, ratio }) =>
      `${testText(test)}: ${verdictText(ratio, names)}, 95 % interval of ${pairs.length} pairs`,
  );
  return [
    machineText(machine),
    ...lines,
    ...(load.isQuiet
      ? []
      : [
          `The machine was busy when this began (${load.busyCores.toFixed(1)} cores): the ratios are less sure than on a quiet one.`,
        ]),
  ].join('\n');
}
