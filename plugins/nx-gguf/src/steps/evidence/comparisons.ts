import type { FullComparison } from '../../core/generated/comparison.generated.js';
import { compareResults } from '../../kld/statistics/compare-results.js';
import { conditionDifferences, conditionsOf } from '../../kld/statistics/conditions.js';
import type { Gates } from '../../kld/gates/gates.js';
import type { MeasuredArtifact } from './measurement.js';

/** What is compared, and who asks for it. */
export interface ComparedModels {
  readonly models: readonly { readonly name: string; readonly measured: MeasuredArtifact | null }[];
  readonly references: readonly { readonly name: string; readonly compareWith: string | null }[];
  readonly gates: Gates;
}

/**
 * Variants compared chunk by chunk with the references that stand beside them and with what their gates name,
 * each pair once; without those whose values after each chunk were not kept, and those that were not measured
 * in one way.
 */
export function pairedComparisons({ models, references, gates }: ComparedModels): FullComparison[] {
  const results = new Map(
    models.flatMap(({ name, measured }) => (measured?.result ? [[name, measured.result]] : [])),
  );
  return pairs({ references, gates }).flatMap(([a, b]) => {
    const [own, other] = [results.get(a), results.get(b)];
    return own === undefined ||
      other === undefined ||
      conditionDifferences(conditionsOf(own), conditionsOf(other)).length > 0
      ? []
      : [compareResults({ name: a, result: own }, { name: b, result: other }, { confidencePercent: 95 })];
  });
}

function pairs({ references, gates }: Pick<ComparedModels, 'references' | 'gates'>): [string, string][] {
  const wanted = [
    ...references.flatMap(({ name, compareWith }): [string, string][] =>
      compareWith === null ? [] : [[compareWith, name]],
    ),
    ...Object.entries(gates).flatMap(([name, { noWorseThan = {} }]) =>
      Object.keys(noWorseThan).map((other): [string, string] => [name, other]),
    ),
  ];
  const seen = new Set<string>();
  return wanted.filter(([a, b]) => {
    const key = [a, b].sort().join('\n');
    return a !== b && !seen.has(key) && seen.add(key).size > 0;
  });
}
