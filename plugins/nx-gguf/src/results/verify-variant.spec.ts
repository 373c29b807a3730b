import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyGguf } from '../gguf/testing/tiny-gguf.js';
import { playTools, testEffects } from '../steps/testing/effects.js';
import { putAction } from '../store/actions.js';
import { adoptBytes, flipBit, manifestOf } from '../store/testing/temporary-store.js';
import { verifyVariant } from './verify-variant.js';

const bytes = (of: string): Uint8Array => tinyGguf({ metadata: [['general.name', 'string', of]] });

/** A variant in a store, made by a tool that writes other bytes for other sources. */
async function variant() {
  const { runTool, ran } = playTools({
    act: ({ cwd }) => {
      const source = readFileSync(join(cwd, 'm.gguf'));
      const isSame = source.equals(bytes('the source'));
      writeFileSync(join(cwd, 'out/m-Q6_K.gguf'), bytes(isSame ? 'the result' : 'another'));
    },
  });
  const effects = testEffects({ runTool });
  const source = { role: 'model', name: 'm.gguf', ...(await adoptBytes(effects.store, bytes('the source'))) };
  const file = { name: 'm-Q6_K.gguf', ...(await adoptBytes(effects.store, bytes('the result'))) };
  const manifest = {
    ...manifestOf({}),
    files: [file],
    provenance: {
      inputs: [source],
      toolchain: null,
      commands: [['llama-quantize', 'm.gguf', 'out/m-Q6_K.gguf']],
    },
  };
  await putAction(effects.store, manifest);
  return { effects, ran, source, file, manifest };
}

it('a sound variant is the same', async () => {
  const { manifest, effects, ran } = await variant();
  await expect(verifyVariant(manifest, effects)).resolves.toBeUndefined();
  expect(ran).toHaveLength(1);
});

it.each(['source', 'file'] as const)(
  'a flipped bit of its %s is told as that, and the variant is not taken for a wrong one',
  async (which) => {
    const given = await variant();
    const { manifest, effects } = given;
    const { name, sha256 } = given[which];
    flipBit(effects.store.blob(sha256), readFileSync(effects.store.blob(sha256)).length - 1);
    await expect(verifyVariant(manifest, effects)).rejects.toMatchObject({
      code: 'BLOB_DAMAGED',
      message: expect.stringContaining(name) as string,
    });
    expect(existsSync(effects.store.quarantined(sha256))).toBe(true);
    expect(existsSync(effects.store.action(manifest.actionKey))).toBe(true);
  },
);
