import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { isGgufError } from '../core/errors.js';
import { readLfsPointer } from '../core/lfs-pointer.js';
import { inspectGguf } from '../gguf/inspect.js';
import { readHeaderBytes } from '../gguf/header-bytes.js';
import { bytesSource } from '../gguf/testing/bytes-source.js';
import { tinyGguf } from '../gguf/testing/tiny-gguf.js';
import { baseHead, baseHeadBytes, baseSizeBytes, readBaseHead } from '../kld/base/base-format.js';
import { columnStatistics } from '../kld/statistics/imatrix-columns.js';
import { imatrixEntry } from '../quant/plan/imatrix-entry.js';
import { parseTensorTypes } from '../quant/rules/tensor-types.js';
import { checkpointShards, checkpointTensors } from '../steps/convert/checkpoint-tensors.js';
import { readImatrixData } from '../steps/imatrix/imatrix-data.js';
import { floats, legacyImatrix, legacyTail } from '../steps/testing/imatrix-bytes.js';
import { extractMember } from '../upstream/archive-member.js';
import { zipOf } from '../upstream/testing/zip.js';
import { mutated } from './mutate.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const row = new Array<number>(32).fill(2);

const gguf = tinyGguf({
  metadata: [
    ['general.architecture', 'string', 'llama'],
    ['tokenizer.ggml.tokens', 'array', 'string', ['<s>', 'a', 'b']],
    ['llama.rope.sections', 'array', 'int32', [1, 2, 3]],
    ['flags', 'array', 'bool', [true, false]],
  ],
  tensors: [{ name: 'blk.0.ffn_down.weight', shape: [32, 2], type: 'q8_0' }],
});
const matrix = tinyGguf({
  metadata: [['imatrix.chunk_count', 'uint32', 3]],
  tensors: [
    { name: 'a.in_sum2', shape: [32], data: floats(...row) },
    { name: 'a.counts', shape: [1], data: floats(3) },
  ],
});
const legacy = Buffer.concat([legacyImatrix(['a', 3, row], ['b', 2, row]), legacyTail(3, 'wiki.txt')]);
const pointer = text(`version https://git-lfs.github.com/spec/v1\noid sha256:${'b'.repeat(64)}\nsize 41\n`);
const safetensors = Buffer.concat([
  Buffer.from([64, 0, 0, 0, 0, 0, 0, 0]),
  Buffer.from('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'.padEnd(64)),
  Buffer.alloc(8),
]);
const zip = zipOf([
  { name: 'm', data: Buffer.from('the text '.repeat(20)) },
  { name: 'n', data: Buffer.from('other'), isStored: true },
]);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'nx-gguf-mutated-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What reads each kind of file; a result is held to be of finite figures. */
const readers: readonly [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
  ['a header', gguf, async (bytes) => inspectGguf((await readHeaderBytes(bytesSource(bytes))).header)],
  ['a matrix', matrix, figures],
  ['a matrix of the older format', legacy, figures],
  ['a pointer', pointer, (bytes) => readLfsPointer(Buffer.from(bytes).toString('latin1'))],
  [
    'rules',
    text('^blk\\.[0-9]+\\.attn_(q|k)=q8_0\nffn=q6_K # x\n'),
    (bytes) => parseTensorTypes(Buffer.from(bytes).toString()),
  ],
  ['the head of base logits', baseHead({ ctx: 512, vocabulary: 32_000, chunks: 5 }), baseSize],
  ['weights', safetensors, tensorNames],
  ['an archive', zip, member],
];

async function figures(bytes: Uint8Array): Promise<number[]> {
  const { data, header } = await readImatrixData(bytesSource(bytes));
  const found: number[] = [];
  for await (const { name, sums, counts } of data) {
    const { values, invalid } = imatrixEntry(name, { sums, counts, isLegacy: header === null });
    found.push(values, invalid, ...(Object.values(columnStatistics(sums, counts)) as number[]));
  }
  expect(found.every((figure) => Number.isFinite(figure))).toBe(true);
  return found;
}

function baseSize(bytes: Uint8Array): number {
  const size = baseSizeBytes(readBaseHead(bytes.subarray(0, baseHeadBytes)));
  expect(Number.isSafeInteger(size)).toBe(true);
  return size;
}

async function tensorNames(bytes: Uint8Array): Promise<unknown> {
  writeFileSync(join(directory, 'model.safetensors'), bytes);
  await checkpointShards(directory, ['model.safetensors']);
  return checkpointTensors(directory, ['model.safetensors']);
}

async function member(bytes: Uint8Array): Promise<void> {
  const [archive, to] = [join(directory, 'archive'), join(directory, 'member')];
  writeFileSync(archive, bytes);
  rmSync(to, { force: true });
  await extractMember({ archive, name: 'a.zip', member: 'm', to });
}

describe('mutated bytes', () => {
  it('are the same for the same seed, and rarely what they were', () => {
    const seeds = Array.from({ length: 100 }, (_, seed) => seed);
    const first = seeds.map((seed) => Buffer.from(mutated(gguf, seed, [matrix])).toString('hex'));
    expect(seeds.map((seed) => Buffer.from(mutated(gguf, seed, [matrix])).toString('hex'))).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(80);
    expect(mutated(new Uint8Array(), 3)).toBeInstanceOf(Uint8Array);
  });

  it.each(readers)('of %s come to a value or a coded error', async (kind, sample, read) => {
    let refused = 0;
    const others = readers.map(([, bytes]) => bytes);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 0x7fff_ffff }), async (seed) => {
        try {
          await read(mutated(sample, seed, others));
        } catch (error) {
          if (!isGgufError(error)) throw error;
          refused += 1;
        }
      }),
      { seed: 20_260_101, numRuns: 150 },
    );
    // A text that is no pointer, rules and weights are never refused.
    expect(refused > 0).toBe(/header|matrix|base|archive/.test(kind));
    await read(sample);
  });
});
