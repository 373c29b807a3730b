import type { Evidence } from '../../core/generated/evidence.generated.js';
import { conditionsText } from '../speed-conditions.js';
import { estimateText } from '../numbers.js';
import { speedRows, testName } from '../pictures/speed.js';
import { plainText, table, unbroken } from './markdown.js';
import { notMeasured } from '../incomparable.js';

/** Tokens a second of every model in every test, and the machine. */
export function speedSection(evidence: Evidence): string {
  const { bench, unquantized, variants, references } = evidence;
  const tests = [...new Set(speedRows(evidence).map(({ test }) => test))];
  if (tests.length === 0) return 'Not measured.';
  const models = [{ name: 'unquantized', speed: unquantized.speed }, ...variants, ...references].filter(
    ({ speed }) => speed !== null,
  );
  const rows = models.map(({ name, speed }) => [
    plainText(name),
    ...tests.map((test) => {
      const found = speed?.find((one) => testName(one) === test);
      return found === undefined ? notMeasured : unbroken(estimateText(found.tokensPerSecond, 2));
    }),
  ]);
  const unmeasured = variants
    .filter(({ speed }) => speed === null)
    .map(({ name }) => [plainText(name), ...tests.map(() => notMeasured)]);
  return [
    `Tokens a second ± standard deviation, as llama-bench measured them${bench === null ? '.' : ` on ${plainText(conditionsText(bench))}. Other machines have other figures, and perhaps another order.`}`,
    ...(bench === null || bench.busy.length === 0
      ? []
      : [
          `The machine was busy when these were measured, which makes them too low: ${bench.busy.map(plainText).join(', ')}.`,
        ]),
    table([['Model', ...tests], ...rows, ...unmeasured], `l${'r'.repeat(tests.length)}`),
  ].join('\n\n');
}
