import type { BenchResult } from '../core/generated/bench.generated.js';
import type { BenchComparison } from '../core/generated/bench-comparison.generated.js';
import { validate } from '../core/validate.js';
import { speedTables } from './speed-table.js';
import { speedComparisonText, testText } from './speed-text.js';

const machine = { cpu: 'A CPU', cores: 8, memoryGiB: 32, os: 'linux', arch: 'x64', graphics: [] };
const runtime = {
  toolchain: 'ab'.repeat(32),
  backends: 'CPU',
  cpu: 'A CPU',
  gpu: '',
  threads: 8,
  batch: 2048,
  ubatch: 512,
  gpuLayers: -1,
  flashAttention: 'auto',
  devices: 'auto',
  cacheTypeK: 'f16',
  cacheTypeV: 'f16',
  repetitions: 3,
} as const;
const quiet = { busyCores: 0, isQuiet: true };
const pp = { promptTokens: 512, generatedTokens: 0, depthTokens: 0 };
const tg = { promptTokens: 0, generatedTokens: 128, depthTokens: 0 };

function result(name: string, changes: Partial<BenchResult> = {}): BenchResult {
  return {
    format: 1,
    name,
    files: [{ name: `${name}.gguf`, sha256: 'cd'.repeat(32) }],
    model: { type: 'llama', sizeBytes: 1 << 30, parameters: 1 },
    machine,
    runtime,
    load: quiet,
    tests: [
      { test: pp, tokensPerSecond: { samples: [90, 110], mean: 100, stddev: 14.142, median: 100 } },
      { test: tg, tokensPerSecond: { samples: [9.5], mean: 9.5, stddev: null, median: 9.5 } },
    ],
    ...changes,
  };
}

describe('speeds in tables', () => {
  it('are one table for results of one machine, with what they were measured on', () => {
    expect(speedTables([result('Q4_K_M'), result('Q6_K', { runtime: { ...runtime, repetitions: 9 } })])).toBe(
      [
        'A CPU, 8 cores, 32 GiB, linux x64',
        'llama.cpp build abababababab, CPU, 8 threads, batch 2048/512, flash attention auto',
        '',
        '| tokens/s |  size |          pp512 | tg128 |',
        '| :------- | ----: | -------------: | ----: |',
        '| Q4_K_M   | 1 GiB | 100.00 ± 14.14 |  9.50 |',
        '| Q6_K     | 1 GiB | 100.00 ± 14.14 |  9.50 |',
      ].join('\n'),
    );
  });

  it.each<[string, Partial<BenchResult>]>([
    ['another CPU', { machine: { ...machine, cpu: 'Another CPU' } }],
    ['other cards', { machine: { ...machine, graphics: ['10de:2684'] } }],
    ['another build', { runtime: { ...runtime, toolchain: 'ef'.repeat(32) } }],
    ['other threads', { runtime: { ...runtime, threads: 4 } }],
    ['another way of attention', { runtime: { ...runtime, flashAttention: 'on' } }],
  ])('never stand in one table with results of %s, and the text says so', (_, changes) => {
    const text = speedTables([result('Q4_K_M'), result('Q4_K_M', changes), result('Q6_K')]);
    expect(text).toMatch(/^Measured under 2 different conditions: compare within a table only\.\n/);
    expect(text.split('| tokens/s')).toHaveLength(3);
    expect(text.split('| tokens/s')[1]).toMatch(/Q4_K_M[^]*Q6_K/);
    expect(text.split('| tokens/s')[2]).not.toContain('Q6_K');
  });

  it('leave a test empty that a model did not run, and mark what was measured on a busy machine', () => {
    const [first] = result('Q6_K').tests;
    const text = speedTables([
      result('Q4_K_M'),
      result('Q6_K', {
        load: { busyCores: 3.25, isQuiet: false },
        tests: first === undefined ? [] : [first],
      }),
    ]);
    expect(text).toMatch(/^\| Q6_K \* +\| 1 GiB \| 100\.00 ± 14\.14 \| +\|$/m);
    expect(text).toContain(
      '\\* The machine was busy when the measurement began (Q6_K: 3.3 cores): too low, and not to be trusted.',
    );
  });

  it('are made of what the schema allows', () => {
    expect(validate('bench', result('Q4_K_M'), 'bench.json')).toEqual(result('Q4_K_M'));
    expect(() => validate('bench', { ...result('Q4_K_M'), hostname: 'x' }, 'bench.json')).toThrow(
      'unknown property "hostname"',
    );
  });
});

describe('a test', () => {
  it.each([
    [pp, 'pp512'],
    [tg, 'tg128'],
    [{ ...tg, depthTokens: 4096 }, 'tg128 @ d4096'],
    [{ ...pp, generatedTokens: 8 }, 'pp512+tg8'],
  ])('%j is called %s', (test, text) => {
    expect(testText(test)).toBe(text);
  });
});

describe('a comparison of speeds', () => {
  const pairs = [
    { first: 'a', a: 12, b: 10 },
    { first: 'b', a: 12, b: 10 },
    { first: 'a', a: 12, b: 10 },
  ] as const;
  const { model, files } = result('x');
  const comparison: BenchComparison = {
    format: 1,
    a: { name: 'Q4_K_M', files, model },
    b: { name: 'Q6_K', files, model },
    machine,
    runtime,
    load: quiet,
    method: 'alternating pairs, t interval of log ratios',
    tests: [
      {
        test: pp,
        pairs: [...pairs],
        ratio: { value: 1.2, low: 1.1, high: 1.3, confidence: 0.95, verdict: 'a' },
      },
      {
        test: tg,
        pairs: [...pairs],
        ratio: { value: 0.8, low: 0.5, high: 0.9, confidence: 0.95, verdict: 'b' },
      },
      {
        test: { ...tg, depthTokens: 8 },
        pairs: [...pairs],
        ratio: { value: 1.01, low: 0.9, high: 1.1, confidence: 0.95, verdict: 'undecided' },
      },
    ],
  };

  it('says of each test which is faster, or that nobody can tell', () => {
    expect(validate('bench-comparison', comparison, 'c.json')).toEqual(comparison);
    expect(speedComparisonText(comparison)).toBe(
      [
        'A CPU, 8 cores, 32 GiB, linux x64',
        'pp512: Q4_K_M is faster, 1.200 times as fast as Q6_K (1.100 to 1.300), 95 % interval of 3 pairs',
        'tg128: Q6_K is faster, 1.250 times as fast as Q4_K_M (1.111 to 2.000), 95 % interval of 3 pairs',
        'tg128 @ d8: not distinguishable: Q4_K_M is 1.010 times as fast as Q6_K (0.900 to 1.100), 95 % interval of 3 pairs',
      ].join('\n'),
    );
  });

  it('says when the machine was busy', () => {
    expect(speedComparisonText({ ...comparison, load: { busyCores: 2, isQuiet: false } })).toContain(
      'The machine was busy when this began (2.0 cores)',
    );
  });
});
