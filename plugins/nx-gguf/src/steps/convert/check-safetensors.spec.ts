import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';
import { checkSafetensors } from './check-safetensors.js';

/** A safetensors file with a header of this text. */
function written(header: string, dataBytes = 16): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]);
}

const tensor = (begin: number, end: number, more: object = {}) => ({
  dtype: 'BF16',
  shape: [(end - begin) / 2],
  data_offsets: [begin, end],
  ...more,
});
const [a, b] = [tensor(0, 8), tensor(8, 16)];

async function check(files: Record<string, Buffer | string>): Promise<void> {
  const directory = temporaryDirectory();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
  await checkSafetensors(directory, Object.keys(files));
}

it.each<[string, object, number]>([
  ['in order', { a, b }, 16],
  ['in another order, with metadata', { __metadata__: { format: 'pt' }, b, a }, 16],
  ['of which one is empty', { a, b, c: tensor(8, 8) }, 16],
  ['of four bits', { a: tensor(0, 16, { dtype: 'F4', shape: [32] }) }, 16],
  ['that are scalars', { a, b, c: { dtype: 'F32', shape: [], data_offsets: [16, 20] } }, 20],
])('takes tensors %s', async (_, header, size) => {
  await expect(
    check({ 'model.safetensors': written(JSON.stringify(header), size) }),
  ).resolves.toBeUndefined();
});

it.each<[string, object | string, RegExp]>([
  ['overlap', { a, b: tensor(6, 16) }, /: b: it begins at 6, within another that ends at 8$/],
  ['pass the end', { a, b: tensor(8, 18) }, /: b: it ends at 18, and the file has 16 bytes of data$/],
  ['begin before the data', { a: tensor(-2, 16) }, /: a: its data_offsets are not two places$/],
  ['end before their begin', { a: tensor(8, 6) }, /: a: its shape is no list of sizes$/],
  ['have offsets in the wrong order', { a: tensor(8, 6, { shape: [1] }) }, /: a: it ends at 6, before/],
  ['leave a hole', { a, b: tensor(10, 16) }, /: b: no tensor has the bytes from 8 to 10 before it$/],
  ['leave the end', { a }, /: no tensor has the last 8 bytes$/],
  [
    'have an unknown type',
    { a: tensor(0, 16, { dtype: 'constructor' }) },
    /: a: the type "constructor" is not/,
  ],
  [
    'have another size',
    { a, b: tensor(8, 16, { shape: [2, 3] }) },
    /: b: BF16 of the shape \[2, 3\] is not 8 bytes$/,
  ],
  [
    'have a product past 64 bits',
    { a: tensor(0, 16, { shape: [2 ** 40, 2 ** 40, 8] }) },
    /: a: BF16 of the shape/,
  ],
  ['are no objects', { a: null, b }, /: a: the type null is not known$/],
  ['stand twice', `{"a":${JSON.stringify(tensor(0, 16))},"a":${JSON.stringify(a)}}`, /a name stands twice/],
  ['are in no object', '[]', /its header is no object$/],
])('refuses tensors that %s, with file and tensor', async (_, header, message) => {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  await expect(check({ 'model-00001-of-00001.safetensors': written(text) })).rejects.toMatchObject({
    code: 'SAFETENSORS_INVALID',
    message: expect.stringMatching(
      new RegExp(`^model-00001-of-00001\\.safetensors.*${message.source}`),
    ) as string,
  });
});

it.each([
  ['a cut file', written(JSON.stringify({ a, b })).subarray(0, 40), /ends within its header$/],
  ['a header beyond all bounds', Buffer.alloc(16, 0xff), /longer than 100,000,000 bytes$/],
  ['an empty file', Buffer.alloc(0), /shorter than the length of a header$/],
])('refuses %s', async (_, bytes, message) => {
  await expect(check({ 'model.safetensors': bytes })).rejects.toThrow(message);
});

it('looks at no file that the converter does not read', async () => {
  const right = written(JSON.stringify({ a, b }));
  const index = JSON.stringify({ weight_map: { a: 'model-1.safetensors' } });
  const bad = Buffer.alloc(3);
  await check({
    'model-1.safetensors': right,
    'model.safetensors.index.json': index,
    'model-2.safetensors': bad,
  });
  await check({ 'model.safetensors': right, 'adapter.safetensors': bad });
});
