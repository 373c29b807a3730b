import { passSizes, type Machine, type SizedMeasurement } from './pass-sizing.js';

const gib = 2 ** 30;
const file = (sizeBytes: number) => [{ name: 'm.gguf', sha256: '0'.repeat(64), sizeBytes }];
const machine = (changes: Partial<Machine> = {}): Machine => ({
  cores: 8,
  freeMemoryBytes: () => 64 * gib,
  waitsAsleep: false,
  ...changes,
});
const planned = (changes: Partial<SizedMeasurement> = {}): SizedMeasurement => ({
  model: file(2 * gib),
  variants: [file(gib), file(gib), file(gib)],
  vocabulary: 100_000,
  parameters: { ctx: 512, chunks: -1, batch: 2048, ubatch: 512 },
  computesBase: true,
  threads: undefined,
  parallel: undefined,
  ...changes,
});

describe('passSizes', () => {
  it.each<[string, [Partial<SizedMeasurement>, Partial<Machine>], { variants: number; threads: number }]>([
    ['the cores are divided between base and variants', [{}, {}], { variants: 3, threads: 2 }],
    ['twice the share where waiting threads sleep', [{}, { waitsAsleep: true }], { variants: 3, threads: 4 }],
    [
      'never more than the cores',
      [{ variants: [file(gib)] }, { waitsAsleep: true, cores: 2 }],
      { variants: 1, threads: 2 },
    ],
    ['never less than one', [{}, { cores: 1 }], { variants: 3, threads: 1 }],
    [
      'all for the variants when the base is kept',
      [{ computesBase: false, variants: [file(gib), file(gib)] }, {}],
      { variants: 2, threads: 4 },
    ],
    ['what the user says', [{ threads: 7, parallel: 2 }, {}], { variants: 2, threads: 7 }],
    ['as many as there is memory for', [{}, { freeMemoryBytes: () => 7 * gib }], { variants: 2, threads: 2 }],
    ['one, however little memory there is', [{}, { freeMemoryBytes: () => 0 }], { variants: 1, threads: 4 }],
  ])('%s', (_, [changes, ofMachine], expected) => {
    expect(passSizes(planned(changes), machine(ofMachine))).toMatchObject(expected);
  });

  it('memory is that of all processes: models, logits of a batch and of a graph, and probabilities of a chunk', () => {
    const logits = 100_000 * ((1024 + 512) * 4 + 512 * 2);
    expect(passSizes(planned(), machine()).memoryBytes).toBe(5 * gib + 4 * logits);
  });
});
