import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { seededRandom } from '../core/seeded-random.js';
import { tinyGguf } from '../gguf/testing/tiny-gguf.js';
import { adoptHashed, findBlob, findSoundBlob } from '../store/blobs.js';
import { storeLayout } from '../store/layout.js';
import { placeBlob } from '../store/place-blob.js';
import { isDamage } from '../store/quarantine.js';
import { spliceFile } from '../store/splice-file.js';
import { flipBit, put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { runCached } from './run-cached.js';
import type { Step } from './step.js';
import { testEffects } from './testing/effects.js';

const bytesOf = (text: string): Buffer => Buffer.from(text);
const noise = seededRandom(7);
const logits = Buffer.from(Array.from({ length: 4000 }, () => Math.floor(noise() * 256)));

/** A file of each kind that a store has, by name. */
const kinds: Readonly<Record<string, Buffer>> = {
  'm-Q6_K.gguf': Buffer.from(
    tinyGguf({
      metadata: [['general.architecture', 'string', 'qwen35']],
      tensors: [{ name: 'token_embd.weight', type: 'f32', shape: [32, 8] }],
    }),
  ),
  'header.gguf': Buffer.from(tinyGguf({ metadata: [['general.name', 'string', 'tiny']] })),
  'wiki.test.raw': bytesOf(
    ' = Robert Boulter = \n \n Robert Boulter is an English film actor . \n'.repeat(20),
  ),
  'kld.json': bytesOf(JSON.stringify({ format: 1, metrics: { mean: 0.029751, max: 2.502058 } }, null, 2)),
  'README.md': bytesOf('---\nlicense: apache-2.0\n---\n# A model\n'),
  base: Buffer.concat([bytesOf('_logits_'), logits]),
  'one byte': bytesOf('x'),
};
const names = Object.keys(kinds);

/** Everything that bytes of a blob can come into; gives the bytes that came there, or null when none did. */
type Way = (given: Given) => Promise<Buffer | null>;

interface Given {
  effects: ReturnType<typeof testEffects>;
  file: { name: string; sha256: string; sizeBytes: number };
  at: string;
  tell: (error: unknown) => void;
}

const ways: Readonly<Record<string, Way>> = {
  measurement: async ({ effects, file, at }) => {
    const step: Step = {
      action: { step: 'measure', version: 1, parameters: { at }, inputs: [], toolchain: null },
      run: async (bench) => {
        await bench.input(file, 'input');
        const path = join(bench.directory, 'result');
        put(path, readFileSync(join(bench.directory, 'input')).toString('base64'));
        return { files: [{ name: 'result', path }], facts: {}, commands: [] };
      },
    };
    const { manifest } = await runCached(step, effects, true);
    const result = readFileSync(effects.store.blob(manifest.files[0]?.sha256 ?? ''), 'utf8');
    return Buffer.from(result, 'base64');
  },
  'placed file': async ({ effects: { store }, file, at, tell }) => {
    const path = join(store.root, '..', `dist-${at}`);
    try {
      await placeBlob(store, { ...file, path: store.blob(file.sha256) }, path);
    } catch (error) {
      tell(error);
    }
    const placed = existsSync(path) ? readFileSync(path) : null;
    rmSync(path, { force: true });
    return placed;
  },
  'file of a card': async ({ effects: { store }, file, tell }) => {
    const path = await findSoundBlob(store, file, tell);
    return path === null ? null : readFileSync(path);
  },
  'tensor of a variant': async ({ effects: { store }, file, at, tell }) => {
    const path = join(store.root, '..', `spliced-${at}`);
    const piece = { path: store.blob(file.sha256), offset: 0, length: file.sizeBytes, sha256: file.sha256 };
    const spliced = await spliceFile(path, [piece]);
    const bytes = readFileSync(path);
    rmSync(path);
    if (!('damaged' in spliced)) return bytes;
    tell(Object.assign(new Error('of a piece'), { name: 'GgufError', code: 'BLOB_DAMAGED' }));
    return null;
  },
};

describe('flipped bits', () => {
  it('200 of them, in blobs of all kinds: none comes into a result unseen', async () => {
    const parent = existsSync('/dev/shm') ? '/dev/shm' : undefined;
    const store = storeLayout(join(temporaryDirectory(parent), 'store'));
    const adopt = async (name: string): Promise<void> => {
      const bytes = kinds[name] ?? Buffer.alloc(0);
      const path = put(join(store.root, 'incoming'), '');
      put(path, bytes as unknown as string);
      await adoptHashed(store, path, { sha256: sha256(bytes), sizeBytes: bytes.length });
    };
    let told: unknown[] = [];
    const effects = testEffects({
      store,
      report: (event) => event.type === 'warning' && told.push(event),
      resolve: async (file) => {
        const found = await findBlob(store, file);
        if (found !== null) return found;
        await adopt(file.name);
        return store.blob(file.sha256);
      },
    });
    const random = seededRandom(42);
    const below = (limit: number): number => Math.floor(random() * limit);
    const came: Record<string, number> = {};
    for (let flip = 0; flip < 200; flip++) {
      const name = names[flip % names.length] ?? '';
      const [way, take] = Object.entries(ways)[below(4)] ?? ['', () => Promise.resolve(null)];
      const bytes = kinds[name] ?? Buffer.alloc(0);
      const file = { name, sha256: sha256(bytes), sizeBytes: bytes.length };
      rmSync(store.blobRecord(file.sha256), { force: true });
      rmSync(store.blob(file.sha256), { force: true });
      await adopt(name);
      flipBit(store.blob(file.sha256), below(bytes.length), below(8));
      told = [];
      const result = await take({
        effects,
        file,
        at: String(flip),
        tell: (error) => isDamage(error) && told.push(error),
      });
      expect({ flip, name, way, told: told.length }).toEqual({ flip, name, way, told: 1 });
      if (result !== null) expect(result.equals(bytes)).toBe(true);
      came[way] = (came[way] ?? 0) + 1;
    }
    expect(Object.values(came).every((count) => count > 30)).toBe(true);
    expect(Object.keys(came)).toHaveLength(4);
  });
});
