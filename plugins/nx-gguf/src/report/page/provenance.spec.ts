import type { RunEvidence } from '../../core/generated/evidence.generated.js';
import { sha256 } from '../../core/digest.js';
import { provenanceGraph } from './provenance.js';

const run = (target: string, reads: string[], makes: string[]): RunEvidence => ({
  target, actionKey: sha256(target), commands: [],
  inputs: reads.map((name) => ({ role: name, name, sha256: sha256(name) })),
  outputs: makes.map((name) => ({ name, sizeBytes: 1, sha256: sha256(name) })),
});
const graphOf = (...runs: RunEvidence[]) => provenanceGraph({ runs });

describe('provenanceGraph', () => {
  it('joins steps by the digests of files, and puts each after those it builds on', () => {
    const { nodes, edges, columns, rows } = graphOf(run('fetch', [], ['a', 'b']), run('convert', ['a', 'b'], ['model']), run('imatrix', ['model', 'text'], ['matrix']), run('quantize:x', ['model', 'matrix'], ['x']), run('quantize:y', ['model'], ['y']));
    expect(edges).toEqual([{ from: 0, to: 1, roles: ['a', 'b'] }, { from: 1, to: 2, roles: ['model'] }, { from: 1, to: 3, roles: ['model'] }, { from: 2, to: 3, roles: ['matrix'] }, { from: 1, to: 4, roles: ['model'] }]);
    expect(nodes.map(({ column, row }) => [column, row])).toEqual([[0, 0], [1, 0], [2, 0], [3, 0], [2, 1]]);
    expect({ columns, rows }).toEqual({ columns: 4, rows: 2 });
  });

  it('takes a file that was handed on from whoever had it first', () => {
    expect(graphOf(run('fetch', [], ['a']), run('take', ['a'], ['a']), run('use', ['a'], [])).edges.map(({ from, to }) => [from, to])).toEqual([[0, 1], [0, 2]]);
  });

  it('of nothing is empty', () => {
    expect(graphOf()).toEqual({ nodes: [], edges: [], columns: 0, rows: 0 });
  });
});
