import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyGguf, type TinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';
import { testBench } from '../testing/effects.js';
import { floats, legacyImatrix, legacyTail } from '../testing/imatrix-bytes.js';
import { imatrixContentsOf, imatrixContentsStep } from './imatrix-contents.js';

async function contentsOf(bytes: Uint8Array) {
  const path = join(temporaryDirectory(), 'imatrix');
  writeFileSync(path, bytes);
  const bench = testBench();
  const step = imatrixContentsStep({ name: 'x', sha256: 'a'.repeat(64), sizeBytes: bytes.length });
  const { facts } = await step.run({
    ...bench,
    input: (_, as) => {
      symlinkSync(path, join(bench.directory, as));
      return Promise.resolve();
    },
  });
  // Facts are kept as JSON.
  return imatrixContentsOf({
    format: 1,
    step: '',
    actionKey: '',
    files: [],
    facts: JSON.parse(JSON.stringify(facts)) as typeof facts,
    provenance: { inputs: [], toolchain: null, commands: [] },
  });
}

const metadata: TinyGguf['metadata'] = [
  ['imatrix.datasets', 'array', 'string', []],
  ['imatrix.chunk_count', 'uint32', 1],
  ['imatrix.chunk_size', 'uint32', 512],
];
const row = (value: number): number[] => new Array<number>(32).fill(value);
const pair = (name: string, sums: number[], counts: number[]) => [
  { name: `${name}.in_sum2`, shape: [sums.length], data: floats(...sums) },
  { name: `${name}.counts`, shape: [1, counts.length], data: floats(...counts) },
];
const clean = { values: 64, invalid: 0, zeros: [], blank: [] };

describe('imatrixContentsStep', () => {
  it('looks at all data of a GGUF', async () => {
    expect(
      await contentsOf(
        tinyGguf({
          metadata,
          tensors: [
            ...pair('good', [...row(1), ...row(2)], [4]),
            ...pair('zero', [...row(0), ...row(0)], [4]),
            ...pair('partial', [...row(1), ...row(0)], [4, 0]),
            ...pair('bad', [Number.NaN, Infinity], [4]),
          ],
        }),
      ),
    ).toEqual({
      entries: [
        { name: 'good', ...clean },
        { name: 'zero', ...clean, zeros: [[0, 64]] },
        { name: 'partial', ...clean, counts: 2, blank: [[32, 32]] },
        { name: 'bad', ...clean, values: 2, invalid: 2 },
      ],
      refused: [],
      doubts: [],
    });
  });

  it('looks at all data of the older format, where of entries with one name the last counts', async () => {
    expect(
      await contentsOf(
        legacyImatrix(
          ['good', 3, [Number.NaN]],
          ['good', 3, [...row(1), ...row(2)]],
          ['partial', 3, [...row(1), ...row(3)]],
          ['bad', 3, [Infinity]],
        ),
      ),
    ).toEqual({
      entries: [
        { name: 'good', ...clean },
        { name: 'partial', ...clean, blank: [[32, 32]] },
        { name: 'bad', ...clean, values: 1, invalid: 1 },
      ],
      refused: [],
      doubts: [],
    });
  });

  it.each<[string, TinyGguf, string[]]>([
    [
      'metadata that llama-quantize asks for',
      { metadata: metadata.slice(0, 2), tensors: pair('a', [1], [1]) },
      ['its metadata lack imatrix.chunk_size'],
    ],
    [
      'metadata of another type',
      {
        metadata: [...metadata.slice(0, 2), ['imatrix.chunk_size', 'uint64', 512n]],
        tensors: pair('a', [1], [1]),
      },
      ['imatrix.chunk_size is of type uint64; it must be uint32'],
    ],
    [
      'sums without counts, and counts without sums',
      { metadata, tensors: [...pair('a', [1], [1]).slice(0, 1), ...pair('b', [1], [1]).slice(1)] },
      ['a.in_sum2 has no a.counts beside it', 'b.counts has no b.in_sum2 beside it'],
    ],
    [
      'data of another type',
      {
        metadata,
        tensors: [{ name: 'a.in_sum2', shape: [4], type: 'f16' }, ...pair('a', [1], [1]).slice(1)],
      },
      ['a.in_sum2 is of type f16; it must be f32'],
    ],
  ])('names %s', async (_, file, refused) => {
    expect(await contentsOf(tinyGguf(file))).toMatchObject({ refused });
  });

  it('tells of counts that llama-quantize rounds', async () => {
    const file = { metadata, tensors: [...pair('a', row(2), [1.5]), ...pair('b', row(2), [2])] };
    expect(await contentsOf(tinyGguf(file))).toMatchObject({
      refused: [],
      doubts: ['counts of a are no whole numbers, and llama-quantize rounds them'],
    });
  });

  it('tells what no matrix made of a text says of itself', async () => {
    const chunks: TinyGguf['metadata'] = [['imatrix.chunk_count', 'uint32', 0]];
    const none = 'it says that it was computed on 0 chunks of text';
    const file = { metadata: [...chunks, metadata[0], metadata[2]], tensors: pair('a', row(1), [1]) };
    expect(await contentsOf(tinyGguf(file as TinyGguf))).toMatchObject({ refused: [], doubts: [none] });
    const legacy = Buffer.concat([legacyImatrix(['a', 0, row(2)], ['b', 3, row(2)]), legacyTail(0, 'x')]);
    expect(await contentsOf(legacy)).toMatchObject({
      refused: [],
      doubts: [none, 'no calls are counted of a, whose values are taken as they are'],
    });
  });

  it('names entries of the older format without values', async () => {
    expect(await contentsOf(legacyImatrix(['a', 1, row(2)], ['b', 3, []]))).toMatchObject({
      refused: ['entries without values: b'],
    });
  });
});
