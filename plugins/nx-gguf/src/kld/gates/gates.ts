import type { GateCheck, GateResult } from '../../core/generated/gate.generated.js';
import type { Model, VariantGate } from '../../core/generated/model.generated.js';
import { didYouMean } from '../../core/suggestion.js';
import { validate } from '../../core/validate.js';
import { tensorTypes } from '../../gguf/tensor-type.js';
import { conditionDifferences, differenceWords } from '../statistics/conditions.js';
import { gateMetrics, gateValue, type GateMetric, type GateSubject } from './gate-metrics.js';

/** The gates of a model by variant. */
export type Gates = NonNullable<Model['gates']>;

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * The problems of a model's gates beyond its schema: names that do not exist, figures that nothing measures,
 * limits that nothing can keep.
 */
export function gateProblems({
  gates = {},
  quantize = {},
  references = {},
  evaluation,
}: Pick<Model, 'gates' | 'quantize' | 'references' | 'evaluation'>): string[] {
  const variants = Object.keys(quantize);
  const names = [...variants, ...Object.keys(references)];
  return Object.entries(gates).flatMap(([variant, gate]) => {
    const place = `gates.${variant}`;
    const problems = variants.includes(variant)
      ? []
      : Object.hasOwn(references, variant)
        ? [`${place}: ${variant} is a reference; gates are for variants`]
        : [`${place}: there is no variant ${JSON.stringify(variant)}${didYouMean(variant, variants)}`];
    for (const name of Object.keys(gate.noWorseThan ?? {})) {
      if (name === variant)
        problems.push(`${place}.noWorseThan.${name}: a variant is never worse than itself`);
      else if (!names.includes(name))
        problems.push(
          `${place}.noWorseThan.${name}: there is no reference and no variant ${JSON.stringify(name)}${didYouMean(name, names)}`,
        );
    }
    const unmeasured =
      evaluation === undefined
        ? [...new Set(metricsOf(gate))].filter((metric) => gateMetrics[metric].isMeasured)
        : [];
    return [
      ...problems,
      ...unmeasured.map(
        (metric) => `${place}: ${metric} is never measured, as the model has no "evaluation"`,
      ),
      ...impossibleCeilings(gate).map(([metric, why]) => `${place}.atMost.${metric}: ${why}`),
    ];
  });
}

/** Bits per weight of the smallest type of tensors. */
const fewestBits = Math.min(
  ...tensorTypes.map(({ blockBytes, blockElements }) => (blockBytes * 8) / blockElements),
);

function impossibleCeilings({ atMost = {} }: VariantGate): [GateMetric, string][] {
  const { size, bitsPerWeight, perplexityRatio } = atMost;
  return [
    ...(size !== undefined && sizeBytesOf(size) === 0
      ? [['size', 'no file has 0 bytes'] as [GateMetric, string]]
      : []),
    ...(bitsPerWeight !== undefined && bitsPerWeight < fewestBits
      ? [['bitsPerWeight', `no type has fewer than ${fewestBits} bits per weight`] as [GateMetric, string]]
      : []),
    ...(perplexityRatio === 0 ? [['perplexityRatio', 'no perplexity is 0'] as [GateMetric, string]] : []),
  ];
}

/**
 * The ceilings of a gate that files exceed already, whatever measuring will find: known before anything is
 * measured.
 */
export function exceededCeilings(
  { atMost = {} }: VariantGate,
  { sizeBytes, bitsPerWeight }: Pick<GateSubject, 'sizeBytes' | 'bitsPerWeight'>,
): string[] {
  const most = {
    size: atMost.size === undefined ? null : sizeBytesOf(atMost.size),
    bits: atMost.bitsPerWeight,
  };
  return [
    ...(most.size !== null && sizeBytes !== null && sizeBytes > most.size
      ? [`size: ${sizeBytes} bytes, and at most ${most.size} are allowed`]
      : []),
    ...(most.bits !== undefined && bitsPerWeight !== null && bitsPerWeight > most.bits
      ? [`bitsPerWeight: ${bitsPerWeight.toFixed(2)}, and at most ${most.bits} are allowed`]
      : []),
  ];
}

/** The variants and references that the gates need to know, and whether they must have been measured. */
export function gateNeeds(gates: Gates): Map<string, { isMeasured: boolean }> {
  const needs = new Map<string, { isMeasured: boolean }>();
  const need = (name: string, metrics: readonly GateMetric[]): void => {
    const isMeasured = metrics.some((metric) => gateMetrics[metric].isMeasured);
    needs.set(name, { isMeasured: isMeasured || needs.get(name)?.isMeasured === true });
  };
  for (const [variant, gate] of Object.entries(gates)) {
    need(variant, metricsOf(gate));
    for (const [name, allowances] of Object.entries(gate.noWorseThan ?? {}))
      need(
        name,
        metricEntries(allowances).map(([metric]) => metric),
      );
  }
  return needs;
}

/**
 * Checks the variants against their gates. An unknown value never passes, nor does a comparison of values
 * that were measured in different ways.
 */
export function checkGates(gates: Gates, subjects: ReadonlyMap<string, GateSubject>): GateResult {
  const checks = sortedEntries(gates).flatMap(([variant, gate]) => checksOf(variant, gate, subjects));
  return validate(
    'gate',
    {
      format: 1,
      method: 'measured value against limit',
      passed: checks.every(({ passed }) => passed),
      checks,
    },
    'gates',
  );
}

/** Bytes of a size that is given as a number or with a unit; fractions of a byte are dropped. */
export function sizeBytesOf(size: number | string): number {
  const [, amount, unit] = /^([\d.]+) ?([A-Za-z]+)$/.exec(String(size)) ?? [];
  return unit === undefined ? Number(size) : Math.floor(Number(amount) * (units[unit] ?? Number.NaN));
}

function checksOf(
  variant: string,
  gate: VariantGate,
  subjects: ReadonlyMap<string, GateSubject>,
): GateCheck[] {
  const valueOf = (name: string, metric: GateMetric) => {
    const subject = subjects.get(name);
    return subject === undefined ? null : gateValue(metric, subject);
  };
  const differencesOf = (name: string, metric: GateMetric): string[] => {
    const [own, other] = [subjects.get(variant), subjects.get(name)];
    return own === undefined || other === undefined || !gateMetrics[metric].isMeasured
      ? []
      : conditionDifferences(own.conditions, other.conditions).map(differenceWords);
  };
  const check = (
    metric: GateMetric,
    required: Pick<GateCheck, 'relation' | 'limit' | 'than' | 'apart'>,
  ): GateCheck => {
    const found = valueOf(variant, metric);
    const excess =
      found === null || required.limit === null
        ? null
        : required.relation === 'atMost'
          ? found.value - required.limit
          : required.limit - found.value;
    return {
      variant,
      metric,
      ...required,
      measured: found?.value ?? null,
      error: found?.error ?? null,
      passed: excess !== null && excess <= 0,
      missedBy: excess !== null && excess > 0 ? excess : null,
    };
  };
  const declared = (metric: GateMetric, relation: GateCheck['relation'], limit: number | string): GateCheck =>
    check(metric, { relation, limit: sizeBytesOf(limit), than: null, apart: [] });
  const relative = (name: string, metric: GateMetric, by: number | string): GateCheck => {
    const value = valueOf(name, metric)?.value ?? null;
    const isCeiling = gateMetrics[metric].better === 'lower';
    const apart = differencesOf(name, metric);
    const limit =
      value === null || apart.length > 0 ? null : value + (isCeiling ? 1 : -1) * allowanceOf(by, value);
    return check(metric, {
      relation: isCeiling ? 'atMost' : 'atLeast',
      limit,
      than: { name, value, by },
      apart,
    });
  };
  return [
    ...metricEntries(gate.atMost).map(([metric, limit]) => declared(metric, 'atMost', limit)),
    ...metricEntries(gate.atLeast).map(([metric, limit]) => declared(metric, 'atLeast', limit)),
    ...sortedEntries(gate.noWorseThan).flatMap(([name, allowances]) =>
      metricEntries(allowances).map(([metric, by]) => relative(name, metric, by)),
    ),
  ];
}

function allowanceOf(by: number | string, value: number): number {
  const percent = /^([\d.]+) ?%$/.exec(String(by))?.[1];
  return percent === undefined ? sizeBytesOf(by) : (Math.abs(value) * Number(percent)) / 100;
}

function metricsOf({ atMost, atLeast, noWorseThan = {} }: VariantGate): GateMetric[] {
  return [atMost, atLeast, ...Object.values(noWorseThan)].flatMap((limits) =>
    metricEntries(limits).map(([metric]) => metric),
  );
}

/** In one order, whatever that of the model file is: equal gates give equal results. */
function metricEntries<T>(limits: Partial<Record<GateMetric, T>> = {}): [GateMetric, T][] {
  return (Object.keys(gateMetrics) as GateMetric[]).flatMap((metric) =>
    limits[metric] === undefined ? [] : [[metric, limits[metric]] as [GateMetric, T]],
  );
}

function sortedEntries<T>(record: Readonly<Record<string, T>> = {}): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
