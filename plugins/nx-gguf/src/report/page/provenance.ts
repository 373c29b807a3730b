import type { Evidence, RunEvidence } from '../../core/generated/evidence.generated.js';

/** A step in the graph, and its column from left to right. */
export interface GraphNode {
  readonly run: RunEvidence;
  /** Number of the step among all. */
  readonly index: number;
  readonly column: number;
}

/** Steps and the files that went from one to another. */
export interface ProvenanceGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly {
    readonly from: number;
    readonly to: number;
    readonly roles: readonly string[];
  }[];
  readonly columns: number;
}

/** The graph from sources to what was measured: a step builds on those whose outputs, by digest, it read. */
export function provenanceGraph({ runs }: Pick<Evidence, 'runs'>): ProvenanceGraph {
  const makers = new Map<string, number>();
  for (const [index, { outputs }] of runs.entries())
    for (const { sha256 } of outputs) if (!makers.has(sha256)) makers.set(sha256, index);
  const edges = runs.flatMap(({ inputs }, to) => {
    const roles = new Map<number, Set<string>>();
    for (const { sha256, role } of inputs) {
      const from = makers.get(sha256);
      // A step may hand on a file that it got: the first step that had it counts as its origin.
      if (from !== undefined && from < to) roles.set(from, (roles.get(from) ?? new Set()).add(role));
    }
    return [...roles].map(([from, names]) => ({ from, to, roles: [...names].sort() }));
  });
  const columns: number[] = [];
  for (const index of runs.keys())
    columns[index] = Math.max(
      0,
      ...edges.filter(({ to }) => to === index).map(({ from }) => (columns[from] ?? 0) + 1),
    );
  const nodes = runs.map((run, index): GraphNode => ({ run, index, column: columns[index] ?? 0 }));
  return { nodes, edges, columns: Math.max(0, ...columns) + (runs.length === 0 ? 0 : 1) };
}
