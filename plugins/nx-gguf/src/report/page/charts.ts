import type { Evidence } from '../../core/generated/evidence.generated.js';
import { sizeText } from '../numbers.js';
import { chartedModels, measuredOn } from '../pictures/models.js';
import { percentileRows, percentilesSpec } from '../pictures/percentiles.js';
import { runningMeanSpec, runningRows } from '../pictures/running-mean.js';
import { paretoFront, sizeKldSpec, sizedModels } from '../pictures/size-kld.js';
import { speedRows, speedSpec } from '../pictures/speed.js';
import type { Spec } from '../pictures/theme.js';
import { conditionsText } from '../speed-conditions.js';
import { figure, type Cell, type Table } from './table.js';
import { withTips, type TipOf } from './tips.js';

/** A chart of the page: a picture whose marks tell their figures, and the same figures as a table. */
export interface Chart {
  readonly name: string;
  readonly title: string;
  readonly explanation: string;
  readonly spec: Spec;
  readonly table: Table;
}

type Draft = Omit<Chart, 'spec'> & { readonly spec: Spec | null; readonly tipOf: TipOf };

/** The charts that the evidence is enough for, and the titles of those that it is not. */
export function pageCharts(evidence: Evidence): { charts: Chart[]; missing: string[] } {
  const drafts = [sizeKld(evidence), percentiles(evidence), runningMean(evidence), speed(evidence)];
  return {
    charts: drafts.flatMap(({ spec, tipOf, ...chart }) =>
      spec === null ? [] : [{ ...chart, spec: withTips(spec, tipOf) }],
    ),
    missing: drafts.flatMap(({ spec, title }) => (spec === null ? [title] : [])),
  };
}

function sizeKld(evidence: Evidence): Draft {
  const models = new Map(sizedModels(evidence).map((model) => [model.name, model]));
  const front = new Set(paretoFront([...models.values()]).map(({ name }) => name));
  return {
    name: 'size',
    title: 'Divergence against size',
    explanation: `Lower left is better. Dashed: the Pareto front. ${sentence(measuredOn(evidence))}`,
    spec: sizeKldSpec(evidence),
    tipOf: ({ name }) => {
      const model = models.get(String(name));
      return model === undefined
        ? null
        : [
            model.name,
            sizeText(model.sizeBytes),
            `mean KLD ${estimate(model.kld, model.error)}`,
            ...(front.has(model.name) ? ['on the Pareto front'] : []),
          ].join('\n');
    },
    table: {
      caption: 'Mean KL divergence against size',
      columns: [
        { label: 'Model' },
        { label: 'Size', isNumber: true },
        { label: 'Mean KLD, nats', isNumber: true },
        { label: 'Pareto front' },
      ],
      rows: [...models.values()].map(({ name, sizeBytes, kld, error }): Cell[] => [
        { shown: name },
        { shown: sizeText(sizeBytes) },
        figure({ value: kld, error }, 6),
        { shown: front.has(name) ? 'yes' : 'no' },
      ]),
    },
  };
}

function percentiles(evidence: Evidence): Draft {
  const models = chartedModels(evidence).filter(({ measurement }) => measurement !== null);
  const keys = [...new Set(models.flatMap(percentileRows).map(({ percentile }) => percentile))];
  return {
    name: 'percentiles',
    title: 'Spread over tokens',
    explanation:
      'KL divergence that so many tokens are at or below. The maximum is that of a single token and differs most between texts.',
    spec: percentilesSpec(evidence),
    tipOf: ({ model, percentile, kld }) =>
      [String(model), `${String(percentile)}: ${Number(kld).toFixed(6)} nats`].join('\n'),
    table: {
      caption: 'Percentiles of KL divergence, nats',
      columns: [{ label: 'Model' }, ...keys.map((label) => ({ label, isNumber: true }))],
      rows: models.map((model): Cell[] => {
        const rows = percentileRows(model);
        return [
          { shown: model.name },
          ...keys.map((key) => figure(rows.find(({ percentile }) => percentile === key)?.kld, 6)),
        ];
      }),
    },
  };
}

const mostBands = 40;

function runningMean(evidence: Evidence): Draft {
  const models = chartedModels(evidence)
    .map((model) => ({ name: model.name, rows: new Map(runningRows(model).map((row) => [row.chunk, row])) }))
    .filter(({ rows }) => rows.size > 1);
  const all = [...new Set(models.flatMap(({ rows }) => [...rows.keys()]))].sort((a, b) => a - b);
  const step = Math.max(1, Math.ceil(all.length / mostBands));
  const chunks = all.filter((_, index) => index % step === 0 || index === all.length - 1);
  const at = (chunk: number) =>
    models.flatMap(({ name, rows }) => {
      const row = rows.get(chunk);
      return row === undefined ? [] : [{ name, kld: row.kld, error: row.high - row.kld }];
    });
  return {
    name: 'running',
    title: 'Mean as more text is read',
    explanation:
      'Bands: ± standard error, as if tokens were independent. A line that is not yet flat needs more text.',
    spec: withBands(runningMeanSpec(evidence), chunks),
    tipOf: ({ band }) =>
      typeof band !== 'number'
        ? null
        : [
            `after ${band} chunk${band === 1 ? '' : 's'}`,
            ...at(band)
              .sort((a, b) => a.kld - b.kld)
              .map(({ name, kld, error }) => `${name}: ${estimate(kld, error)}`),
          ].join('\n'),
    table: {
      caption: 'Mean KL divergence after so many chunks, nats',
      columns: [
        { label: 'Chunks', isNumber: true },
        ...models.map(({ name }) => ({ label: name, isNumber: true })),
      ],
      rows: chunks.map((chunk): Cell[] => [
        { shown: chunk },
        ...models.map(({ rows }) => {
          const row = rows.get(chunk);
          return figure(row === undefined ? null : { value: row.kld, error: row.high - row.kld }, 6);
        }),
      ]),
    },
  };
}

/** Invisible bars over a chart of lines, one for each place that is told of. */
function withBands(spec: Spec | null, chunks: readonly number[]): Spec | null {
  if (spec === null || !('layer' in spec)) return spec;
  const band = {
    data: { values: chunks.map((chunk) => ({ band: chunk })) },
    mark: { type: 'rule' as const, strokeWidth: Math.max(2, Math.floor(680 / chunks.length)), opacity: 0 },
    encoding: { x: { field: 'band', type: 'quantitative' as const } },
  };
  return { ...spec, layer: [...spec.layer, band] };
}

function speed(evidence: Evidence): Draft {
  const rows = speedRows(evidence);
  const tests = [...new Set(rows.map(({ test }) => test))];
  const busy = evidence.bench?.busy ?? [];
  return {
    name: 'speed',
    title: 'Speed',
    explanation: `Tokens a second: longer is better. Bars: ± standard deviation. ${evidence.bench === null ? '' : `${conditionsText(evidence.bench)}.`}${busy.length === 0 ? '' : ` The machine was busy while these were measured, which are not to be trusted: ${busy.join(', ')}.`}`,
    spec: speedSpec(evidence),
    tipOf: ({ model, test, speed: value, high }) =>
      typeof model !== 'string'
        ? null
        : [
            model,
            String(test),
            `${Number(value).toFixed(1)} ± ${(Number(high) - Number(value)).toFixed(1)} tokens a second`,
          ].join('\n'),
    table: {
      caption: 'Speed, tokens a second',
      columns: [{ label: 'Model' }, ...tests.map((label) => ({ label, isNumber: true }))],
      rows: [...new Set(rows.map(({ model }) => model))].map((model): Cell[] => [
        { shown: model },
        ...tests.map((test) => {
          const row = rows.find((own) => own.model === model && own.test === test);
          return figure(row === undefined ? null : { value: row.speed, error: row.high - row.speed }, 2);
        }),
      ]),
    },
  };
}

function estimate(value: number, error: number | null): string {
  return error === null ? value.toFixed(6) : `${value.toFixed(6)} ± ${error.toFixed(6)}`;
}

function sentence(text: string | null): string {
  return text === null ? '' : `Measured on ${text}.`;
}
