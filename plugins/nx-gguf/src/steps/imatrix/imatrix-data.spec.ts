import { bytesSource } from '../../gguf/testing/bytes-source.js';
import { watchedSource } from '../../gguf/testing/watched-source.js';
import { legacyImatrix } from '../testing/imatrix-bytes.js';
import { readImatrixData } from './imatrix-data.js';

describe('readImatrixData', () => {
  it('gives the values of each entry, wherever they lie', async () => {
    const bytes = legacyImatrix(['ab', 3, [1, 2.5]], ['c', 2, [4]]);
    for (const source of [bytesSource(bytes), bytesSource(new Uint8Array(bytes))]) {
      const found: unknown[] = [];
      for await (const { name, sums, counts } of (await readImatrixData(source)).data)
        found.push([name, [...sums], [...counts]]);
      expect(found).toEqual([
        ['ab', [1, 2.5], [3]],
        ['c', [4], [2]],
      ]);
    }
  });

  it('reads many small entries in few reads of the file', async () => {
    const entries = Array.from(
      { length: 2000 },
      (_, index) => [`t${index}`, 1, [1]] as [string, number, number[]],
    );
    const source = watchedSource(new Uint8Array(legacyImatrix(...entries)));
    let count = 0;
    for await (const { sums } of (await readImatrixData(source)).data) count += sums.length;
    expect(count).toBe(2000);
    expect(source.reads.length).toBeLessThan(20);
  });
});
