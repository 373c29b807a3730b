import type { RunEvidence } from '../../core/generated/evidence.generated.js';
import { sha256 } from '../../core/digest.js';
import { layOutGraph } from './provenance-layout.js';
import { provenanceGraph } from './provenance.js';

const run = (target: string, reads: string[], makes: string[]): RunEvidence => ({
  target,
  actionKey: sha256(target),
  commands: [],
  inputs: reads.map((name) => ({ role: name, name, sha256: sha256(name) })),
  outputs: makes.map((name) => ({ name, sizeBytes: 1, sha256: sha256(name) })),
});
const graphOf = (...runs: RunEvidence[]) => provenanceGraph({ runs });

describe('provenanceGraph', () => {
  it('joins steps by the digests of files, and puts each after those it builds on', () => {
    const { nodes, edges, columns } = graphOf(
      run('fetch', [], ['a', 'b']),
      run('convert', ['a', 'b'], ['model']),
      run('imatrix', ['model', 'text'], ['matrix']),
      run('quantize:x', ['model', 'matrix'], ['x']),
      run('quantize:y', ['model'], ['y']),
    );
    expect(edges).toEqual([
      { from: 0, to: 1, roles: ['a', 'b'] },
      { from: 1, to: 2, roles: ['model'] },
      { from: 1, to: 3, roles: ['model'] },
      { from: 2, to: 3, roles: ['matrix'] },
      { from: 1, to: 4, roles: ['model'] },
    ]);
    expect(nodes.map(({ column }) => column)).toEqual([0, 1, 2, 3, 2]);
    expect(columns).toBe(4);
  });

  it('takes a file that was handed on from whoever had it first', () => {
    expect(
      graphOf(run('fetch', [], ['a']), run('take', ['a'], ['a']), run('use', ['a'], [])).edges.map(
        ({ from, to }) => [from, to],
      ),
    ).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });

  it('of nothing is empty', () => {
    expect(graphOf()).toEqual({ nodes: [], edges: [], columns: 0 });
  });
});

describe('layOutGraph', () => {
  const box = { width: 190, height: 46, gapX: 64, gapY: 14, margin: 8 };
  const variants = ['a', 'b', 'c', 'd'];
  const graph = graphOf(
    run('fetch', [], ['weights']),
    run('convert', ['weights'], ['model']),
    run('texts', [], ['text']),
    run('imatrix', ['model', 'text'], ['matrix']),
    ...variants.map((name) => run(`quantize:${name}`, ['model', 'matrix'], [name])),
    run('reference', [], ['r']),
    run('evaluation', [], ['raw']),
    ...[...variants, 'r'].map((name) => run(`kld:${name}`, ['model', 'raw', name], [`${name}.json`])),
  );
  const { places, routes, width, height } = layOutGraph(graph, box);

  it('draws every step once, none over another, and all within the picture', () => {
    expect(places).toHaveLength(graph.nodes.length);
    for (const [index, a] of places.entries()) {
      expect([a.x >= 0, a.y >= 0, a.x + box.width <= width, a.y + box.height <= height]).toEqual([
        true,
        true,
        true,
        true,
      ]);
      for (const b of places.slice(index + 1))
        expect(Math.abs(a.x - b.x) >= box.width || Math.abs(a.y - b.y) >= box.height).toBe(true);
    }
  });

  it('leads no edge through a box', () => {
    expect(routes).toHaveLength(graph.edges.length);
    expect(routes.some(({ points }) => points.length > 2)).toBe(true);
    for (const { points } of routes) {
      for (const [index, from] of points.slice(0, -1).entries()) {
        const to = points[index + 1] ?? from;
        // What an edge covers at most between two of its points; the box that it leaves or reaches only
        // touches it.
        const crossed = places.filter(
          ({ x, y }) =>
            Math.min(from.x, to.x) < x + box.width &&
            Math.max(from.x, to.x) > x &&
            Math.min(from.y, to.y) < y + box.height &&
            Math.max(from.y, to.y) > y,
        );
        expect(crossed).toEqual([]);
        if (index % 2 === 1) expect(to.y).toBe(from.y);
      }
    }
  });

  it('begins each edge at its step, ends it at the other, and goes from left to right', () => {
    for (const { from, to, points } of routes) {
      const [start, end] = [places[from], places[to]];
      expect(points[0]).toEqual({ x: (start?.x ?? 0) + box.width, y: (start?.y ?? 0) + box.height / 2 });
      expect(points.at(-1)).toEqual({ x: end?.x, y: (end?.y ?? 0) + box.height / 2 });
      expect(points.map(({ x }) => x)).toEqual(points.map(({ x }) => x).sort((a, b) => a - b));
    }
  });

  it('gives the edges of one step one lane', () => {
    const through = routes
      .filter(({ from, points }) => from === 1 && points.length > 2)
      .map(({ points }) => points[1]);
    expect(through.length).toBeGreaterThan(4);
    expect(new Set(through.map((point) => JSON.stringify(point))).size).toBe(1);
  });
});
