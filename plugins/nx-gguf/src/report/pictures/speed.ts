import { counted } from '../../core/counted.js';
import type { Evidence, SpeedTest } from '../../core/generated/evidence.generated.js';
import { conditionsText } from '../speed-conditions.js';
import { chartedModels } from './models.js';
import { shortened, textWidth } from './text-width.js';
import { heading, ink, widestAxisLabel, type Spec } from './theme.js';

/** A bar: what a model does in a second in one test. */
export interface SpeedRow {
  readonly model: string;
  readonly kind: string;
  readonly test: string;
  readonly speed: number;
  readonly low: number;
  readonly high: number;
}

/** Width of bars and names together; the rest is for the figures behind the bars. */
const plotAndLabels = 690;

const widestName = 200;

/** Tokens a second of every test and model; null when nothing was measured. */
export function speedSpec(evidence: Evidence): Spec | null {
  const rows = speedRows(evidence);
  if (rows.length === 0) return null;
  const tests = [...new Set(rows.map(({ test }) => test))];
  const shorter = shortNames(rows.map(({ model }) => model));
  const models = [...shorter.values()];
  const y = {
    field: 'model',
    type: 'nominal' as const,
    title: null,
    sort: models,
    axis: { ticks: false, domain: false, labelPadding: 8 },
  };
  const width = Math.round(
    plotAndLabels - Math.max(...models.map((name) => Math.min(widestAxisLabel, textWidth(name, 12)))),
  );
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  const palette: Record<string, string> = {
    unquantized: ink.line.light,
    'this repository': ink.ours.light,
    reference: ink.others.light,
  };
  return {
    title: heading(
      'Speed: longer is better',
      evidence.bench === null ? null : conditionsText(evidence.bench),
      'Bars: ± standard deviation.',
      evidence.bench !== null && evidence.bench.busy.length > 0
        ? `The machine was busy when ${evidence.bench.busy.length === models.length ? 'these' : 'some of these'} were measured, which makes them too low.`
        : null,
    ),
    spacing: 28,
    vconcat: tests.map((test) => ({
      width,
      height: { step: 22 },
      title: { text: test, fontSize: 13, offset: 6, subtitle: [] },
      data: {
        values: rows
          .filter((row) => row.test === test)
          .map((row) => ({ ...row, model: shorter.get(row.model) })),
      },
      layer: [
        {
          mark: { type: 'bar', height: { band: 0.72 } },
          encoding: {
            y,
            x: { field: 'speed', type: 'quantitative', title: 'tokens a second', axis: { tickCount: 6 } },
            color: {
              field: 'kind',
              type: 'nominal',
              scale: { domain: kinds, range: kinds.map((kind) => palette[kind] ?? '') },
              title: null,
            },
          },
        },
        {
          mark: { type: 'rule', color: ink.text.light },
          encoding: { y, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
        },
        {
          mark: { type: 'text', align: 'left', dx: 6 },
          encoding: {
            y,
            x: { field: 'high', type: 'quantitative' },
            text: { field: 'speed', type: 'quantitative', format: ',.1f' },
          },
        },
      ],
    })),
  };
}

/** Names that fit beside an axis, each still another one. */
function shortNames(names: readonly string[]): Map<string, string> {
  const shorter = new Map<string, string>();
  for (const name of names) {
    const short = shortened(name, widestName, 12);
    if (!shorter.has(name)) shorter.set(name, [...shorter.values()].includes(short) ? name : short);
  }
  return shorter;
}

/** What was measured, test by test. */
export function speedRows(evidence: Evidence): SpeedRow[] {
  const models = [
    { name: 'unquantized', kind: 'unquantized', speed: evidence.unquantized.speed },
    ...chartedModels(evidence).map(({ name, kind, speed }) => ({
      name,
      kind: kind === 'variant' ? 'this repository' : 'reference',
      speed,
    })),
  ];
  return models.flatMap(({ name, kind, speed }) =>
    (speed ?? []).map((test): SpeedRow => {
      const { value, error } = test.tokensPerSecond;
      return {
        model: name,
        kind,
        test: testName(test),
        speed: value,
        low: Math.max(0, value - (error ?? 0)),
        high: value + (error ?? 0),
      };
    }),
  );
}

/** What a test does, in words. */
export function testName({
  promptTokens,
  generatedTokens,
  depthTokens,
}: Pick<SpeedTest, 'promptTokens' | 'generatedTokens' | 'depthTokens'>): string {
  const work = [
    promptTokens > 0 ? `prompt of ${counted(promptTokens, 'token')}` : '',
    generatedTokens > 0 ? `generation of ${counted(generatedTokens, 'token')}` : '',
  ]
    .filter((part) => part !== '')
    .join(' and ');
  return `${work.slice(0, 1).toUpperCase()}${work.slice(1)}${depthTokens > 0 ? `, behind ${counted(depthTokens, 'token')}` : ''}`;
}
