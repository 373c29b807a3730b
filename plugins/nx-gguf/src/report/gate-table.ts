import type { GateCheck, GateResult } from '../core/generated/gate.generated.js';
import { gateMetrics } from '../kld/gates/gate-metrics.js';
import type { Metric } from '../kld/metrics/metric.js';
import { metricHeading, metricText } from './metric-text.js';
import { textTable } from './text-table.js';

/** A table of each required value, the measured value, and the difference where the gate failed. */
export function gateTable({ checks }: GateResult): string {
  return textTable(
    [['variant', 'metric', 'required', 'measured', 'missed by'], ...checks.map(gateCells)],
    'lllrr',
  );
}

/** In a sentence: how many requirements there were, and how many were missed. */
export function gateSummary({ checks }: GateResult): string {
  const missed = checks.filter(({ passed }) => !passed).length;
  const total = checks.length === 1 ? '1 gate' : `${checks.length} gates`;
  return missed === 0 ? `${total} passed` : `${missed} of ${total} failed`;
}

/** One requirement and its result, in a sentence. */
export function gateSentence(check: GateCheck): string {
  const [variant = '', metric = '', required = '', measured = '', missedBy = ''] = gateCells(check);
  return `${variant}: ${metric} ${required} is required, ${measured}${missedBy === '' ? '' : `, missed by ${missedBy}`}`;
}

/** One requirement as cells: variant, metric, required, measured, missed by. */
export function gateCells(check: GateCheck): string[] {
  const { variant, metric, relation, limit, than, apart, measured, error, passed, missedBy } = check;
  const shown = { ...gateMetrics[metric], digits: visibleDigits(check) };
  const text = (value: number | null): string => (value === null ? 'not measured' : metricText(shown, value));
  const why =
    than === null
      ? ''
      : ` (${than.name}: ${text(than.value)}${allowanceText(check)}${apart.length === 0 ? '' : `; not comparable, measured differently: ${apart.join('; ')}`})`;
  return [
    variant,
    metricHeading(gateMetrics[metric]),
    `${relation === 'atMost' ? '≤' : '≥'} ${limit === null ? '?' : text(limit)}${why}`,
    measured === null || error === null ? text(measured) : metricText(shown, { value: measured, error }),
    passed
      ? ''
      : apart.length > 0
        ? 'not comparable'
        : missedBy === null
          ? 'unknown'
          : missText(shown, missedBy, limit),
  ];
}

function allowanceText({ metric, relation, than }: GateCheck): string {
  if (than === null) return '';
  const { by } = than;
  const amount =
    typeof by === 'number' ? (by === 0 ? null : valueText(metric, by)) : /^0(\.0+)? ?%$/.test(by) ? null : by;
  return amount === null ? '' : ` ${relation === 'atMost' ? '+' : '-'} ${amount}`;
}

/**
 * Decimals with which a limit is what was declared, and no miss is rounded to nothing: `≤ 4.85`, `4.85`, missed by
 * `0.00` says nothing.
 */
function visibleDigits({ metric, limit, than, missedBy }: GateCheck): number {
  const { digits } = gateMetrics[metric];
  const more = Array.from({ length: mostDigits - digits }, (_, index) => digits + index);
  const isExact = (places: number): boolean =>
    than !== null || limit === null || Number(limit.toFixed(places)) === limit;
  const isSeen = (places: number): boolean => missedBy === null || Number(missedBy.toFixed(places)) > 0;
  return more.find((places) => isExact(places) && isSeen(places)) ?? mostDigits;
}

const mostDigits = 12;

function missText(metric: Metric, missedBy: number, limit: number | null): string {
  // Sizes are whole bytes, so a miss of few is shown.
  const amount =
    metric.unit === 'bytes' && missedBy < 1024 ? `${Math.ceil(missedBy)} B` : metricText(metric, missedBy);
  return limit === null || limit === 0
    ? amount
    : `${amount} (${((100 * missedBy) / Math.abs(limit)).toPrecision(2)} %)`;
}

function valueText(metric: GateCheck['metric'], value: number): string {
  return metricText(gateMetrics[metric], value);
}
