import { chmodSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { isGgufError } from '../../core/errors.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { encodeBase } from '../../kld/base/base-encoding.js';
import { collected, inPieces, madeBase } from '../../kld/testing/made-base.js';
import { adoptBytes, manifestOf, temporaryStore } from '../../store/testing/temporary-store.js';
import { amountText, keptAmount, keptLogits } from './kept-base.js';
import type { KldBase } from './kld-base.js';

const shape = { ctx: 12, vocabulary: 29, chunks: 3 };
const logits = madeBase(shape, 1);
const base: KldBase = {
  name: 'm',
  model: [],
  corpus: { name: 't.txt', sha256: '0'.repeat(64), sizeBytes: 1 },
  parameters: { ctx: shape.ctx, chunks: -1, batch: 64, ubatch: 64 },
  toolchain: {},
};

/** A store with the logits as a kept base, and a way to change its bytes behind the back of the store. */
async function keptBase(facts: Manifest['facts'] = { ...shape }) {
  const packed = await collected(encodeBase(inPieces(logits, () => logits.length)));
  const store = temporaryStore();
  const blob = await adoptBytes(store, packed);
  const path = store.blob(blob.sha256);
  const { atime, mtime } = statSync(path);
  chmodSync(path, 0o600);
  const change = (bytes: Uint8Array): void => {
    writeFileSync(path, bytes);
    utimesSync(path, atime, mtime);
  };
  const manifest = manifestOf({}, { step: 'kld-base', facts, files: [{ name: 'm.kld.packed', ...blob }] });
  /** How many bytes of logits came, and the code of the error in the end. */
  const read = async (changes: Partial<KldBase> = {}) => {
    let count = 0;
    try {
      for await (const piece of keptLogits(manifest, { ...base, ...changes }, store))
        count += piece.byteLength;
      return { count, code: null };
    } catch (error) {
      if (!isGgufError(error)) throw error;
      return { count, code: error.code };
    }
  };
  return { store, packed, path, change, manifest, read };
}

describe('keptLogits', () => {
  it('are those that were kept', async () => {
    const { manifest, store } = await keptBase();
    expect(Buffer.compare(await collected(keptLogits(manifest, base, store)), logits)).toBe(0);
  });

  it('never come whole when any bit of them is another, the unused ones of the encoding included', async () => {
    const { packed, change, read } = await keptBase();
    const codes = new Set<string | null>();
    for (let bit = 0; bit < packed.length * 8; bit += bit > packed.length * 8 - 200 ? 1 : 13) {
      const bytes = Uint8Array.from(packed);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      change(bytes);
      const { count, code } = await read();
      expect(count).toBeLessThan(logits.length);
      codes.add(code);
    }
    expect([...codes].sort()).toEqual(['KLD_KEPT_BASE_DAMAGED', 'KLD_KEPT_BASE_UNKNOWN']);
  });

  it.each<[string, Partial<KldBase>, Manifest['facts']]>([
    ['another context', { parameters: { ...base.parameters, ctx: 16 } }, { ...shape }],
    ['other chunks than its manifest says', {}, { ...shape, chunks: 4 }],
    ['another vocabulary than its manifest says', {}, { ...shape, vocabulary: 30 }],
  ])('with %s are wrong before the first byte', async (_, changes, facts) => {
    const { read } = await keptBase(facts);
    expect(await read(changes)).toEqual({ count: 0, code: 'KLD_KEPT_BASE_WRONG' });
  });

  it('that are not there any more are gone, in words of ours', async () => {
    const { path, read } = await keptBase();
    rmSync(path);
    expect(await read()).toEqual({ count: 0, code: 'KLD_KEPT_BASE_GONE' });
  });
});

describe('what keeping took', () => {
  it.each([
    [73e9, 4.9e9, '68 GiB in 4.56 GiB (14.9 : 1)'],
    [1024, 700, '1 KiB in 700 B (1.46 : 1)'],
  ])('%d bytes in %d', (raw, kept, text) => {
    expect(amountText(raw, kept)).toBe(text);
  });

  it('is unknown where the manifest says no dimensions', async () => {
    expect(keptAmount((await keptBase()).manifest)).toMatch(/ : 1\)$/);
    expect(keptAmount((await keptBase({})).manifest)).toBeNull();
  });
});
