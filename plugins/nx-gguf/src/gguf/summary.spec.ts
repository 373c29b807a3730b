import { bytesSource } from './testing/bytes-source.js';
import { readGgufHeader } from './header/header.js';
import { summarizeGguf } from './summary.js';
import { tinyGguf, type TinyTensor } from './testing/tiny-gguf.js';

const summary = async (tensors: readonly TinyTensor[]) =>
  summarizeGguf(await readGgufHeader(bytesSource(tinyGguf({ tensors }))));

describe('summarizeGguf', () => {
  it('counts elements, bytes and bits per weight of all tensors, without padding', async () => {
    const result = await summary([
      { name: 'a', shape: [256, 2], type: 'q4_K' },
      { name: 'b', shape: [3] },
      { name: 'c', shape: [256], type: 'q4_K' },
    ]);
    expect(result).toMatchObject({
      elements: 771,
      tensorBytes: 3 * 144 + 12,
      bitsPerWeight: ((3 * 144 + 12) * 8) / 771,
    });
    expect(result.tensorsByType).toEqual({ f32: 1, q4_K: 2 });
    expect(result.tensors).toEqual([
      { name: 'a', type: 'q4_K', shape: [256, 2] },
      { name: 'b', type: 'f32', shape: [3] },
      { name: 'c', type: 'q4_K', shape: [256] },
    ]);
  });

  it.each([
    ['q8_0', 8.5],
    ['q4_K', 4.5],
    ['q6_K', 6.5625],
    ['bf16', 16],
  ] as const)('gives the known bits per weight of %s', async (type, bits) => {
    expect((await summary([{ name: 'a', shape: [256], type }])).bitsPerWeight).toBe(bits);
  });

  it('gives 0 bits per weight for a file without tensors', async () => {
    expect(await summary([])).toMatchObject({
      elements: 0,
      tensorBytes: 0,
      bitsPerWeight: 0,
      tensorsByType: {},
    });
  });
});
