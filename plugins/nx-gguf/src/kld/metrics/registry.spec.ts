import { readFileSync } from 'node:fs';
import { metricNamed, metrics, metricsIn, type MetricName } from './registry.js';
import { printedMetrics, storedMetrics, storedPlace } from './stored-statistics.js';

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

interface SchemaNode {
  $ref?: string;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  enum?: string[];
}
const definitionsOf = (schema: string) => {
  const text = readFileSync(new URL(`../../../schemas/${schema}.schema.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { definitions: Record<string, SchemaNode> }).definitions;
};

describe('the metrics', () => {
  it('have a name, a line and a place of their own each', () => {
    for (const values of [
      names(metrics),
      printedMetrics.map(({ printed }) => printed.line),
      storedMetrics.map((metric) => storedPlace(metric)?.place.join('.')),
      metrics.flatMap(({ formerPlaceholder }) => formerPlaceholder ?? []),
    ])
      expect(values.filter((value, index) => values.indexOf(value) !== index)).toEqual([]);
  });

  it('had no other name that is one of now', () => {
    expect(
      metrics.filter(({ formerPlaceholder = '' }) => names(metrics).includes(formerPlaceholder)),
    ).toEqual([]);
  });

  it('that gates can name are checked in one order, which their results keep', () => {
    expect(names(metricsIn('gate'))).toEqual([
      'meanKld',
      'percentile99_9Kld',
      'percentile99Kld',
      'maximumKld',
      'perplexityRatio',
      'rmsDeltaProbabilityPercent',
      'sameTopPercent',
      'size',
      'bitsPerWeight',
    ]);
  });

  it('that gates can name have a better side', () => {
    expect(metricsIn('gate').filter(({ better }) => better === null)).toEqual([]);
  });

  it('that pairs are compared by are known for single chunks', () => {
    expect(names(metricsIn('paired'))).toEqual(['meanKld', 'logPerplexityRatio', 'sameTopPercent']);
    const series = metricsIn('paired').map(({ name, paired }) =>
      metricNamed((paired?.series ?? name) as MetricName),
    );
    expect(series.filter(({ running }) => running === undefined)).toEqual([]);
  });
});

describe('the schemas', () => {
  const { statistics, running, ...kld } = definitionsOf('kld');

  it('have a place for every metric that is kept, and no other', () => {
    const places = Object.entries(statistics?.properties ?? {}).flatMap(([group, { $ref }]) => {
      const inner = kld[$ref?.split('/').at(-1) ?? ''];
      if (inner === undefined) return [];
      const keys = Object.keys(inner.properties ?? {});
      expect(inner.required).toEqual(keys);
      // An estimate is a value; its fields are no metrics.
      return $ref === '#/definitions/estimate' ? [group] : keys.map((key) => `${group}.${key}`);
    });
    expect(places.sort()).toEqual(storedMetrics.map((metric) => storedPlace(metric)?.place.join('.')).sort());
  });

  it('keep an error where there is one', () => {
    const withError = storedMetrics.filter((metric) => {
      const [group = '', key] = storedPlace(metric)?.place ?? [];
      const node = statistics?.properties?.[group];
      const inner = key === undefined ? node : kld[node?.$ref?.split('/').at(-1) ?? '']?.properties?.[key];
      return inner?.$ref === '#/definitions/estimate';
    });
    expect(names(withError)).toEqual(names(storedMetrics.filter((metric) => storedPlace(metric)?.hasError)));
  });

  it('have a series for every value that is printed after each chunk', () => {
    expect(running?.required).toEqual(metrics.flatMap(({ running: series }) => series?.column ?? []));
  });

  it('let gates name what the registry lets them name', () => {
    const { gateCeilings, gateFloors, gateAllowances } = definitionsOf('model');
    const [ceilings, floors, allowances] = [gateCeilings, gateFloors, gateAllowances].map((node) =>
      Object.keys(node?.properties ?? {}),
    );
    expect(ceilings).toEqual(names(metricsIn('gate').filter(({ better }) => better === 'lower')));
    expect(floors).toEqual(names(metricsIn('gate').filter(({ better }) => better === 'higher')));
    expect(allowances).toEqual(names(metricsIn('gate')));
    expect(definitionsOf('gate')['gateMetric']?.enum).toEqual(names(metricsIn('gate')));
    expect(definitionsOf('comparison')['pairedMetric']?.enum).toEqual(names(metricsIn('paired')));
  });
});
