import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffGguf } from '../../gguf/diff.js';
import { readGgufHeader } from '../../gguf/header/header.js';
import { bytesSource } from '../../gguf/testing/bytes-source.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { readLegacyImatrix } from '../../quant/tool/legacy-imatrix.js';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';
import { testBench } from '../testing/effects.js';
import { floats, legacyImatrix, legacyTail } from '../testing/imatrix-bytes.js';
import { datasetName } from './dataset-names.js';
import { imatrixFileStep } from './imatrix.js';

/** What the step takes out of a source: a new file, or the one of the source. */
async function taken(bytes: Uint8Array): Promise<{ bytes: Uint8Array | null; referred: boolean }> {
  const path = join(temporaryDirectory(), 'imatrix');
  writeFileSync(path, bytes);
  const bench = testBench();
  const step = imatrixFileStep({ name: 'a/b.gguf', sha256: 'a'.repeat(64), sizeBytes: bytes.length });
  expect(step.action.inputs).toEqual([{ role: 'imatrix', name: 'b.gguf', sha256: 'a'.repeat(64) }]);
  const { files, referred } = await step.run({
    ...bench,
    input: (_, as) => {
      symlinkSync(path, join(bench.directory, as));
      return Promise.resolve();
    },
  });
  const [file] = files;
  return {
    bytes: file === undefined ? null : readFileSync(file.path),
    referred: referred?.[0]?.name === 'b.gguf',
  };
}

const gguf = (...datasets: string[]): Uint8Array =>
  tinyGguf({
    metadata: [
      ['general.type', 'string', 'imatrix'],
      ['imatrix.datasets', 'array', 'string', datasets],
      ['imatrix.chunk_count', 'uint32', 16],
      ['imatrix.chunk_size', 'uint32', 512],
    ],
    tensors: [
      { name: 'blk.0.a.weight.in_sum2', shape: [3], data: floats(1, 2, 3) },
      { name: 'blk.0.a.weight.counts', shape: [1], data: floats(4) },
      { name: 'blk.0.b.weight.in_sum2', shape: [2, 2], data: floats(1, 2, 3, 4) },
      { name: 'blk.0.b.weight.counts', shape: [1, 2], data: floats(4, 5) },
    ],
  });
const legacy = (dataset: string): Uint8Array =>
  Buffer.concat([legacyImatrix(['blk.0.a.weight', 3, [1, 2]]), legacyTail(7, dataset)]);

it.each([
  ['/home/somebody/texts/calib.txt', 'calib.txt'],
  ['C:\\Users\\somebody\\calib.txt', 'calib.txt'],
  ['./calib.txt', 'calib.txt'],
  ['calib.txt', 'calib.txt'],
  ['/home/somebody/', 'unnamed'],
  ['', ''],
])('%j is the text %j', (path, name) => {
  expect(datasetName(path)).toBe(name);
});

describe('a matrix that is taken out of a source', () => {
  it('names the texts of a GGUF without their places; all else stays', async () => {
    const original = gguf('/home/somebody/texts/calib.txt', 'other.txt', 'D:\\x\\third.txt');
    const { bytes, referred } = await taken(original);
    if (bytes === null) throw new Error('the file was taken as it is');
    expect(referred).toBe(false);
    expect(Buffer.from(bytes).includes('somebody')).toBe(false);
    const header = await readGgufHeader(bytesSource(bytes));
    expect([...header.metadata.keys()]).toEqual([
      'general.type',
      'imatrix.datasets',
      'imatrix.chunk_count',
      'imatrix.chunk_size',
    ]);
    expect(header.metadata.get('imatrix.datasets')).toMatchObject({
      itemType: 'string',
      values: ['calib.txt', 'other.txt', 'third.txt'],
    });
    const { metadata, tensors } = await diffGguf(bytesSource(original), bytesSource(bytes));
    expect([metadata.map(({ key }) => key), tensors]).toEqual([['imatrix.datasets'], []]);
  });

  it('names the text of the older format without its place', async () => {
    const { bytes } = await taken(legacy('/home/somebody/calib.txt'));
    expect(bytes).toEqual(legacy('calib.txt'));
    expect(await readLegacyImatrix(bytesSource(bytes ?? new Uint8Array()))).toMatchObject({
      chunks: 7,
      dataset: { name: 'calib.txt' },
    });
  });

  it('says so of more texts than are read', async () => {
    const { bytes } = await taken(gguf(...new Array<string>(1100).fill('/home/somebody/calib.txt')));
    const header = await readGgufHeader(bytesSource(bytes ?? new Uint8Array()));
    expect(header.metadata.get('imatrix.datasets')).toMatchObject({ values: ['unnamed'] });
  });

  it.each([
    ['a GGUF without paths', gguf('calib.txt')],
    ['a GGUF without texts', gguf()],
    ['an older file without a path', legacy('calib.txt')],
    ['an older file without a text', legacyImatrix(['blk.0.a.weight', 3, [1, 2]])],
    ['an older file whose text is cut', legacy('/home/somebody/calib.txt').subarray(0, -3)],
  ])('is %s as it is', async (_, bytes) => {
    expect(await taken(bytes)).toEqual({ bytes: null, referred: true });
  });
});
