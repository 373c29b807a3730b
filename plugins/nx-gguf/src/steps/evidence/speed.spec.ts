import { sha256 } from '../../core/digest.js';
import type { BenchResult } from '../../core/generated/bench.generated.js';
import { comparableSpeeds } from './speed.js';
import { sample } from '../testing/evidence-inputs.js';

describe('speeds', () => {
  const { bench } = sample;
  if (bench === null) throw new Error('the sample has no speeds');
  const result = (name: string, changes: Partial<BenchResult> = {}): BenchResult => ({
    format: 1,
    name,
    files: [{ name: `${name}.gguf`, sha256: sha256(name) }],
    model: { type: 'qwen35', sizeBytes: 1, parameters: 1 },
    machine: bench.machine,
    runtime: bench.runtime,
    load: { busyCores: 0, isQuiet: true },
    tests: [
      {
        test: { promptTokens: 512, generatedTokens: 0, depthTokens: 0 },
        tokensPerSecond: { samples: [9, 11], mean: 10, stddev: 1.5, median: 10 },
      },
    ],
    ...changes,
  });
  const benched = (...results: BenchResult[]) =>
    comparableSpeeds(
      results.map((of) => ({ name: of.name, files: [{ sha256: sha256(of.name) }], bench: of })),
    );
  const elsewhere = { machine: { ...bench.machine, cpu: 'Another CPU' } };

  it('are mean and deviation of each test, on the machine that they were measured on', () => {
    const { bench: where, speedOf } = benched(
      result('a'),
      result('b', { load: { busyCores: 3, isQuiet: false } }),
    );
    expect(where).toEqual({ machine: bench.machine, runtime: bench.runtime, busy: ['b'] });
    expect(speedOf('a')).toEqual([
      {
        promptTokens: 512,
        generatedTokens: 0,
        depthTokens: 0,
        repetitions: 2,
        tokensPerSecond: { value: 10, error: 1.5 },
      },
    ]);
    expect(speedOf('c')).toBeNull();
  });

  it('of other machines never stand beside them: the machine counts that most models were measured on', () => {
    const { bench: where, speedOf } = benched(result('a', elsewhere), result('b'), result('c'));
    expect({
      cpu: where?.machine.cpu,
      speeds: ['a', 'b', 'c'].map((name) => speedOf(name) !== null),
    }).toEqual({ cpu: bench.machine.cpu, speeds: [false, true, true] });
  });

  it('of other bytes are no speeds of these', () => {
    expect(benched(result('a', { files: [{ name: 'a.gguf', sha256: sha256('older') }] }))).toMatchObject({
      bench: null,
    });
  });
});
