import { benchArgs, benchTestCount } from './bench-args.js';

const flags = (settings: Parameters<typeof benchArgs>[1]) => benchArgs('m.gguf', settings).join(' ');

describe('the arguments of llama-bench', () => {
  it('ask for JSON and, without settings, for the tests that the tool runs by itself', () => {
    expect(flags({})).toBe('-m m.gguf -o json --progress --offline -p 512 -n 128 -d 0 -r 5');
    expect(benchTestCount({})).toBe(2);
  });

  it('name every setting that is given', () => {
    expect(
      flags({
        prompt: [128, 512],
        generate: [32],
        depth: [0, 4096],
        repetitions: 3,
        threads: 8,
        batch: 1024,
        ubatch: 256,
        gpuLayers: 99,
        flashAttention: 'on',
        devices: ['CUDA0', 'CUDA1'],
        cacheTypeK: 'q8_0',
        cacheTypeV: 'q8_0',
      }),
    ).toBe(
      '-m m.gguf -o json --progress --offline -p 128,512 -n 32 -d 0,4096 -r 3 -t 8 -b 1024 -ub 256 -ngl 99 -fa on -dev CUDA0/CUDA1 -ctk q8_0 -ctv q8_0',
    );
    expect(benchTestCount({ prompt: [128, 512], generate: [32], depth: [0, 4096] })).toBe(6);
  });

  it('switch off what is an empty list, which the tool would replace by its default', () => {
    expect(flags({ prompt: [], generate: [8] })).toContain('-p 0 -n 8');
    expect(benchTestCount({ prompt: [], generate: [8] })).toBe(1);
  });

  it('are refused when nothing is left to measure: the tool would end with exit code 0 and an empty list', () => {
    expect(() => benchArgs('m.gguf', { prompt: [], generate: [] })).toThrow(
      expect.objectContaining({ code: 'BENCH_NO_TESTS' }) as Error,
    );
  });
});
