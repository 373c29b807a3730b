import { bytesSource } from './testing/bytes-source.js';
import { readGgufHeader } from './header/header.js';
import { inspectGguf } from './inspect.js';
import { inspectionText } from '../report/inspection.js';
import { tinyGguf } from './testing/tiny-gguf.js';

const file = tinyGguf({
  metadata: [
    ['general.architecture', 'string', 'llama'],
    ['general.size', 'uint64', 2n ** 60n],
    ['tokens', 'array', 'string', Array.from({ length: 1025 }, (_, index) => `t${index}`)],
    ['quantize.imatrix.file', 'string', 'imatrix.gguf'],
    ['quantize.imatrix.entries_count', 'uint32', 186],
    ['evil', 'string', 'a|b\u001b[2J\nc'],
  ],
  tensors: [
    { name: 'token_embd.weight', shape: [256, 4], type: 'q6_K' },
    { name: 'blk.0.attn_q.weight', shape: [256, 2], type: 'q4_K' },
    { name: 'blk.1.attn_q.weight', shape: [256, 2], type: 'q8_0' },
    { name: 'blk.1.attn_norm.weight', shape: [256] },
  ],
});

describe('inspectGguf', () => {
  it('sums up roles, types and bits per weight, and what llama-quantize noted of the importance matrix', async () => {
    const inspection = inspectGguf(await readGgufHeader(bytesSource(file)));
    expect(inspection).toMatchObject({
      architecture: 'llama',
      elements: 2304,
      imatrix: { file: 'imatrix.gguf', entries_count: 186 },
      tensorsByType: { f32: 1, q8_0: 1, q4_K: 1, q6_K: 1 },
      roles: [
        {
          role: 'token_embd',
          tensors: 1,
          types: { q6_K: 1 },
          elements: 1024,
          sizeBytes: 840,
          bitsPerWeight: 6.5625,
        },
        {
          role: 'attn_q',
          tensors: 2,
          types: { q4_K: 1, q8_0: 1 },
          elements: 1024,
          sizeBytes: 288 + 544,
          bitsPerWeight: 6.5,
        },
        { role: 'attn_norm', tensors: 1, types: { f32: 1 }, bitsPerWeight: 32 },
      ],
    });
    expect(inspection.metadata.find(({ key }) => key === 'general.size')?.value).toBe('1152921504606846976');
    expect(inspection.metadata.find(({ key }) => key === 'tokens')).toEqual({
      key: 'tokens',
      type: 'string[]',
      length: 1025,
      value: null,
    });
    expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
  });

  it('is shown as tables that no value of the file can break', async () => {
    const text = inspectionText(inspectGguf(await readGgufHeader(bytesSource(file))));
    expect(text).toContain('importance matrix: file imatrix.gguf, entries_count 186');
    expect(text).toMatch(/\| blk\.1\.attn_q\.weight +\| q8_0 +\| 256 x 2/);
    expect(text).toContain('a\\|b\\u001b[2J\\nc');
    expect(text).not.toContain('\u001b');
  });
});
