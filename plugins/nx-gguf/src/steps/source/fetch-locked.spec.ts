import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mkdirSync } from 'node:fs';
import type { LockedSource } from '../../core/generated/lock.generated.js';
import type { HuggingFaceSource } from '../../core/generated/source.generated.js';
import { contentOf, lfsPointer } from '../../upstream/testing/hub-content.js';
import { testBench } from '../testing/effects.js';
import { fetchLockedStep, fetchUrlStep, type FetchEffects } from './fetch-locked.js';

const declared: HuggingFaceSource = { type: 'huggingface', repository: 'org/model' };
const pointer = lfsPointer({ sha256: 'a'.repeat(64), sizeBytes: 3_554_214_752 });
const texts = new Map([pointer, Buffer.from('{}')].map((bytes) => [contentOf(bytes).sha256, bytes] as const));
const effects: FetchEffects = {
  bring: () => Promise.resolve([{ sha256: contentOf(pointer).sha256, sizeBytes: pointer.length }]),
  extract: ({ to }) => {
    writeFileSync(to, pointer);
    return Promise.resolve();
  },
};

/** A workbench whose inputs have the bytes above. */
function bench() {
  const at = testBench({
    input: (file, as) => {
      mkdirSync(dirname(join(at.directory, as)), { recursive: true });
      writeFileSync(join(at.directory, as), texts.get(file.sha256) ?? '');
      return Promise.resolve();
    },
  });
  return at;
}

function locked(files: Record<string, Buffer>, more: Partial<LockedSource> = {}): LockedSource {
  return {
    declared,
    commit: '1'.repeat(40),
    files: Object.entries(files).map(([path, bytes]) => {
      const { sha256, sizeBytes } = contentOf(bytes);
      return { path, sha256, sizeBytes };
    }),
    ...more,
  };
}

describe('a pointer of Git LFS', () => {
  it.each(['model.safetensors', 'tokenizer.json', 'm.gguf', 'imatrix.dat', 'wiki.test.raw'])(
    'that somebody uploaded as %s is refused',
    async (name) => {
      const step = fetchLockedStep(
        declared,
        locked({ 'config.json': Buffer.from('{}'), [name]: pointer }),
        effects,
      );
      await expect(step.run(bench())).rejects.toMatchObject({
        code: 'LFS_POINTER',
        message: expect.stringMatching(new RegExp(`^${name} is a pointer.*3554214752`)) as string,
        hint: expect.stringMatching(/git lfs pull/) as string,
      });
    },
  );

  it('at an address, and as the member of an archive, is refused', async () => {
    const url = 'https://example.org/wiki.test.raw';
    const { sha256 } = contentOf(pointer);
    await expect(fetchUrlStep({ type: 'url', url, sha256 }, effects).run(bench())).rejects.toMatchObject({
      code: 'LFS_POINTER',
    });
    const archive = locked({ 'x.zip': Buffer.from('{}') });
    await expect(
      fetchLockedStep({ ...declared, member: 'a/wiki.test.raw' }, archive, effects).run(bench()),
    ).rejects.toMatchObject({
      code: 'LFS_POINTER',
      message: expect.stringMatching(/^wiki\.test\.raw/) as string,
    });
  });
});

it('a choice of weights that the lock holds becomes a fact', async () => {
  const selection = { because: 'why', leftOut: ['original/**'] };
  const step = fetchLockedStep(
    declared,
    locked({ 'config.json': Buffer.from('{}') }, { selection }),
    effects,
  );
  await expect(step.run(bench())).resolves.toMatchObject({ facts: { source: { selection } } });
});
