import { clippedBatches, clippedBenchBatch } from './effective-batch.js';

describe('batch sizes that a tool does not use', () => {
  it.each([
    ['nothing that was not declared', { ctx: 1000 }, []],
    ['nothing of whole chunks', { ctx: 512, batch: 1024, ubatch: 1024 }, []],
    ['nothing of a part of a chunk', { ctx: 512, batch: 200, ubatch: 200 }, []],
    [
      'a batch of a chunk and a part',
      { ctx: 512, batch: 700 },
      ['evaluation.batch 700 acts as 512: of chunks of 512 tokens, only whole ones are put into a batch'],
    ],
    [
      'more at once than a batch',
      { ctx: 512, batch: 256, ubatch: 512 },
      ['evaluation.ubatch 512 acts as 256: no more than a batch is computed at once'],
    ],
    [
      'more at once than the default batch',
      { ctx: 512, ubatch: 4096 },
      ['evaluation.ubatch 4096 acts as 2048: no more than a batch is computed at once'],
    ],
    [
      'more at once than whole chunks are',
      { ctx: 1000, batch: 1500, ubatch: 1200 },
      [
        'evaluation.batch 1500 acts as 1000: of chunks of 1000 tokens, only whole ones are put into a batch',
        'evaluation.ubatch 1200 acts as 1000: no more than a batch is computed at once',
      ],
    ],
  ])('%s', (_, declared, expected) => {
    expect(clippedBatches('evaluation', declared)).toEqual(expected);
  });

  it.each([
    [{ ubatch: 4096 }, ['bench.ubatch 4096 acts as 2048: no more than a batch is computed at once']],
    [{ batch: 64, ubatch: 128 }, ['bench.ubatch 128 acts as 64: no more than a batch is computed at once']],
    [{ batch: 64 }, []],
    [{ batch: 700, ubatch: 512 }, []],
  ])('of a bench with %j: %j', (declared, expected) => {
    expect(clippedBenchBatch(declared)).toEqual(expected);
  });
});
