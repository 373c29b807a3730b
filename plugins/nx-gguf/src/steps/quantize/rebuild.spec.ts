import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBytes } from '../../store/blobs.js';
import { adopt, flipBit, idOf, manifestOf, temporaryStore } from '../../store/testing/temporary-store.js';
import { playTools } from '../testing/effects.js';
import { rebuildInFull } from './rebuild.js';

const [source, variant] = ['the unquantized model', 'the quantized model'];
const manifest = manifestOf(
  { 'm-Q6_K.gguf': variant },
  {
    provenance: {
      inputs: [{ role: 'model', name: 'm.gguf', sha256: idOf(source).sha256 }],
      toolchain: null,
      commands: [['llama-quantize', 'm.gguf', 'out/m-Q6_K.gguf', 'Q6_K']],
    },
  },
);

/** A store with a variant and its source, and a run of llama-quantize that writes the variant again. */
async function rebuilding() {
  const store = temporaryStore();
  for (const text of [source, variant]) await adopt(store, text);
  const { ran, runTool } = playTools({
    act: ({ cwd }) => writeFileSync(join(cwd, 'out/m-Q6_K.gguf'), variant),
  });
  const rebuild = () =>
    rebuildInFull(manifest, {
      store,
      runTool,
      report: () => undefined,
      llamaQuantize: () => Promise.resolve('llama-quantize'),
      find: (sha256) => findBytes(store, sha256),
      threads: undefined,
      signal: undefined,
    });
  return { store, ran, rebuild };
}

describe('rebuildInFull', () => {
  it('finds no difference in a variant that comes out again', async () => {
    await expect((await rebuilding()).rebuild()).resolves.toEqual({ differences: [] });
  });

  it.each([
    ['the stored variant, which the digest of its manifest hides', variant],
    ['the source, which would make a sound variant look wrong', source],
  ])('proves nothing with flipped bits in %s, however lately it was hashed', async (_, damaged) => {
    const { store, ran, rebuild } = await rebuilding();
    await rebuild();
    flipBit(store.blob(idOf(damaged).sha256), 4);
    await expect(rebuild()).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    expect(ran).toHaveLength(1);
  });
});
