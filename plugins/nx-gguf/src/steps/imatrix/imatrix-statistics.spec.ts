import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';
import { imatrixStatisticsOf, imatrixStatisticsStep } from './imatrix-statistics.js';
import { testBench } from '../testing/effects.js';
import { floats, legacyImatrix } from '../testing/imatrix-bytes.js';

const entry = (name: string, sums: number[], counts: number[]) => [
  { name: `${name}.in_sum2`, shape: [sums.length / counts.length, counts.length], data: floats(...sums) },
  { name: `${name}.counts`, shape: [1, counts.length], data: floats(...counts) },
];

async function statisticsOf(bytes: Uint8Array) {
  const path = join(temporaryDirectory(), 'imatrix');
  writeFileSync(path, bytes);
  const bench = testBench();
  const step = imatrixStatisticsStep({
    name: 'imatrix.gguf',
    sha256: 'a'.repeat(64),
    sizeBytes: bytes.length,
  });
  const { files, facts, commands } = await step.run({
    ...bench,
    input: (_, as) => {
      symlinkSync(path, join(bench.directory, as));
      return Promise.resolve();
    },
  });
  expect({ files, commands }).toEqual({ files: [], commands: [] });
  return imatrixStatisticsOf({
    format: 1,
    step: 'imatrix-statistics',
    actionKey: '',
    files: [],
    facts,
    provenance: { inputs: [], toolchain: null, commands: [] },
  });
}

describe('imatrixStatisticsStep', () => {
  it('reads each tensor of a GGUF, of all experts, and the names of the texts without their places', async () => {
    const { statistics, datasets } = await statisticsOf(
      tinyGguf({
        metadata: [['imatrix.datasets', 'array', 'string', ['/data/texts/a.txt', 'b.txt']]],
        tensors: [
          ...entry('blk.1.b.weight', [2, 4, 30, 50], [2, 10]),
          ...entry('blk.0.a.weight', [3, 0], [3]),
        ],
      }),
    );
    expect(datasets).toEqual(['a.txt', 'b.txt']);
    expect(statistics).toEqual([
      { name: 'blk.0.a.weight', columns: 2, mean: 0.5, maximum: 1, zeroColumns: 1, topShare: 1 },
      { name: 'blk.1.b.weight', columns: 4, mean: 2.75, maximum: 5, zeroColumns: 0, topShare: 0.4545455 },
    ]);
  });

  it('passes over sums without counts, and what is no importance data', async () => {
    const [sums] = entry('alone', [1], [1]);
    expect(
      (
        await statisticsOf(
          tinyGguf({
            tensors: [
              ...(sums === undefined ? [] : [sums]),
              { name: 'other', shape: [4] },
              ...entry('x', [1], [1]),
            ],
          }),
        )
      ).statistics.map(({ name }) => name),
    ).toEqual(['x']);
  });

  it('says the same of the old format, where values are means times calls', async () => {
    expect(await statisticsOf(legacyImatrix(['b', 4, [4, 8]], ['a', 1, [9]], ['a', 2, [2]]))).toEqual({
      datasets: null,
      statistics: [
        { name: 'a', columns: 1, mean: 1, maximum: 1, zeroColumns: 0, topShare: 1 },
        { name: 'b', columns: 2, mean: 1.5, maximum: 2, zeroColumns: 0, topShare: 0.6666667 },
      ],
    });
  });

  it('refuses a file that is no matrix', async () => {
    await expect(statisticsOf(Buffer.from('no matrix at all'))).rejects.toMatchObject({
      code: 'BAD_IMATRIX',
    });
  });
});
