import { bytesSource } from './testing/bytes-source.js';
import { diffGguf, isSameGguf } from './diff.js';
import { tinyGguf, type TinyGguf } from './testing/tiny-gguf.js';

const data = (length: number, value: number) => new Uint8Array(length).fill(value);
const base: TinyGguf = {
  metadata: [
    ['general.name', 'string', 'a'],
    ['n', 'uint32', 7],
    ['list', 'array', 'int32', Array.from({ length: 2000 }, (_, index) => index)],
  ],
  tensors: [
    { name: 'x', shape: [8], data: data(32, 1) },
    { name: 'y', shape: [5], data: data(20, 2) },
    { name: 'z', shape: [256], type: 'q4_K', data: data(144, 3) },
  ],
};
const [x, y, z] = base.tensors ?? [];
if (x === undefined || y === undefined || z === undefined) throw new Error('no tensors');
const compare = (b: TinyGguf, a: TinyGguf = base) =>
  diffGguf(bytesSource(tinyGguf(a)), bytesSource(tinyGguf(b)));

describe('diffGguf', () => {
  it('finds nothing between equal files', async () => {
    const diff = await compare(base);
    expect(diff).toEqual({ file: [], metadata: [], tensors: [], tensorsCompared: 3 });
    expect(isSameGguf(diff)).toBe(true);
  });

  it('names metadata that differs, also inside long arrays', async () => {
    const list = Array.from({ length: 2000 }, (_, index) => (index === 1999 ? 0 : index));
    const diff = await compare({
      ...base,
      metadata: [
        ['general.name', 'string', 'b'],
        ['n', 'int32', 7],
        ['list', 'array', 'int32', list],
        ['new', 'bool', true],
      ],
    });
    expect(diff.metadata).toEqual([
      { key: 'general.name', kind: 'value', a: 'a', b: 'b' },
      { key: 'n', kind: 'type', a: 7, b: 7 },
      { key: 'list', kind: 'value', a: '2000 items', b: '2000 items' },
      { key: 'new', kind: 'only in b', a: null, b: true },
    ]);
  });

  it('names tensors that differ, down to the byte', async () => {
    const changed = data(144, 3);
    changed[100] = 9;
    changed[143] = 9;
    const diff = await compare({
      ...base,
      tensors: [
        { ...x, shape: [4, 2] },
        { name: 'w', shape: [1] },
        { ...z, data: changed },
      ],
    });
    expect(diff.tensors).toEqual([
      { tensor: 'x', kind: 'shape', a: '8', b: '4 x 2' },
      { tensor: 'y', kind: 'only in a' },
      { tensor: 'z', kind: 'bytes', bytes: 2, first: 100 },
      { tensor: 'w', kind: 'only in b' },
    ]);
    expect(
      (await compare({ ...base, tensors: [x, y, { name: 'z', shape: [256], type: 'q5_K' }] })).tensors,
    ).toEqual([{ tensor: 'z', kind: 'type', a: 'q4_K', b: 'q5_K' }]);
  });

  it('tells a different order, and different bytes between tensors', async () => {
    expect((await compare({ ...base, tensors: [y, x, z] })).file).toEqual([
      { what: 'order of tensors, at', a: 'x', b: 'y' },
    ]);
    const padded = tinyGguf(base);
    const at = padded.length - 144 - 16 - 12;
    padded[at] = 1;
    const diff = await diffGguf(bytesSource(tinyGguf(base)), bytesSource(padded));
    expect(diff).toMatchObject({ file: [{ what: 'bytes between the tensors' }], tensors: [] });
  });

  it('reads both files in pieces, whatever the size of a tensor', async () => {
    const large = { tensors: [{ name: 'x', shape: [3 << 18], data: data(3 << 20, 1) }] };
    const reads: number[] = [];
    const source = bytesSource(tinyGguf(large));
    const watched = {
      sizeBytes: source.sizeBytes,
      read: (offset: number, length: number) => {
        reads.push(length);
        return source.read(offset, length);
      },
    };
    expect(isSameGguf(await diffGguf(watched, source))).toBe(true);
    expect(Math.max(...reads)).toBeLessThanOrEqual(1 << 20);
  });
});
