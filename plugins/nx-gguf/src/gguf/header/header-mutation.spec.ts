import { isGgufError } from '../../core/errors.js';
import { composeGguf } from '../compose.js';
import { ggufHeaderCodes } from './header-error.js';
import { readGgufHeader, type GgufHeader } from './header.js';
import { inspectGguf } from '../inspect.js';
import { isSplitKey, readRawMetadata } from './metadata-bytes.js';
import { tinyGguf } from '../testing/tiny-gguf.js';
import { watchedSource } from '../testing/watched-source.js';

const sample = tinyGguf({
  metadata: [
    ['general.architecture', 'string', 'llama'],
    ['general.alignment', 'uint32', 32],
    ['llama.block_count', 'uint32', 2],
    ['tokenizer.ggml.tokens', 'array', 'string', ['<s>', '</s>', 'a']],
    ['tokenizer.ggml.scores', 'array', 'float32', [0, -1, -2]],
    ['general.size', 'uint64', 12n],
    ['flag', 'bool', true],
  ],
  tensors: [
    { name: 'token_embd.weight', shape: [256, 3], type: 'q4_K' },
    { name: 'output_norm.weight', shape: [256] },
    { name: 'blk.0.ffn_down.weight', shape: [32, 4], type: 'q8_0' },
  ],
});

// All but the data: 432 bytes of q4_K, 1024 of f32 and 136 of q8_0, each padded to 32.
const headerBytes = sample.length - 448 - 1024 - 160;
let cases = 0;

/** 'ok' for a header that was read, or the code of the error; any other outcome is thrown. */
async function outcome(bytes: Uint8Array): Promise<string> {
  cases += 1;
  const source = watchedSource(bytes);
  const result = await readGgufHeader(source).then(
    async (header) => {
      await use(source, header);
      return 'ok';
    },
    (error: unknown) => {
      if (!isGgufError(error) || !ggufHeaderCodes.some((code) => code === error.code)) throw error;
      return error.code;
    },
  );
  const asked = source.reads.reduce((total, { length }) => total + length, 0);
  expect(asked).toBeLessThanOrEqual(bytes.length * 3);
  return result;
}

/** A header that passes is good for all that is done with headers. */
async function use(source: ReturnType<typeof watchedSource>, header: GgufHeader): Promise<void> {
  JSON.stringify(inspectGguf(header));
  const { keyCount, bytes } = await readRawMetadata(source, header, isSplitKey);
  const composed = composeGguf({
    version: header.version,
    alignment: header.alignment,
    keyCount,
    metadata: bytes,
    tensors: header.tensors,
  });
  expect(composed.places.map(({ length }) => length)).toEqual(
    header.tensors.map(({ sizeBytes }) => sizeBytes),
  );
}

describe('a damaged GGUF file', () => {
  it('is refused as incomplete when cut at any byte', async () => {
    const lastByteOfData = sample.length - ((32 - ((4 * 34) % 32)) % 32);
    for (let length = 0; length < lastByteOfData; length += 1) {
      expect(['GGUF_TRUNCATED', 'GGUF_TENSOR_OUTSIDE_FILE']).toContain(
        await outcome(sample.subarray(0, length)),
      );
    }
    expect(await outcome(sample.subarray(0, lastByteOfData))).toBe('ok');
  });

  it('is read or refused with a code, whatever bit was flipped', async () => {
    const seen = new Set<string>();
    for (let bit = 0; bit < headerBytes * 8; bit += 1) {
      const bytes = sample.slice();
      const at = Math.floor(bit / 8);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
      seen.add(await outcome(bytes));
    }
    // A test that meets few kinds of damage would prove little.
    expect(seen.size).toBeGreaterThan(12);
  });

  it('is read or refused with a code when a count or length is huge', async () => {
    for (let at = 8; at < headerBytes - 8; at += 1) {
      for (const value of [0xffffffffffffffffn, 0x7fffffffffffffffn, 0xffffffffn, 1n << 40n, 1n << 53n]) {
        const bytes = sample.slice();
        new DataView(bytes.buffer).setBigUint64(at, value, true);
        await outcome(bytes);
      }
    }
  });

  it('was tried in more than 6,000 ways', () => {
    expect(cases).toBeGreaterThan(6_000);
  });
});
