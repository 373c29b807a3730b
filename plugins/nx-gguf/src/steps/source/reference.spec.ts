import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { adoptFile } from '../../store/blobs.js';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';
import { runCached } from '../run-cached.js';
import { playTools, testEffects, type PlayedTool } from '../testing/effects.js';
import { referenceStep } from './reference.js';

const files = (...names: string[]) =>
  names.map((name, index) => ({ name, sha256: String(index).repeat(64), sizeBytes: 1 }));

describe('the files of a reference', () => {
  it.each([
    [['README.md', 'quants/m.gguf'], ['m.gguf']],
    [
      ['a/m-00002-of-00002.gguf', 'a/m-00001-of-00002.gguf'],
      ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'],
    ],
  ])('%j', (given, names) => {
    expect(referenceStep('r', files(...given)).action.inputs.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    [['m.gguf', 'n.gguf'], 'REFERENCE_AMBIGUOUS'],
    [['README.md'], 'REFERENCE_AMBIGUOUS'],
    [['m-00001-of-00003.gguf'], 'REFERENCE_INCOMPLETE'],
  ])('%j: %s', (given, code) => {
    expect(() => referenceStep('r', files(...given))).toThrow(
      expect.objectContaining({
        code,
        hint: expect.stringContaining('references.r.source') as string,
      }) as Error,
    );
  });
});

describe('a reference', () => {
  async function take(tool: PlayedTool) {
    const { runTool, ran } = playTools(tool);
    const effects = testEffects({ runTool });
    const path = join(temporaryDirectory(), 'm.gguf');
    writeFileSync(path, tinyGguf({ tensors: [{ name: 'blk.0.a', shape: [4] }] }));
    const step = referenceStep('r', [{ name: 'quants/m.gguf', ...(await adoptFile(effects.store, path)) }]);
    return { ran, made: runCached(step, effects, true), again: () => runCached(step, effects, true) };
  }

  it('is loaded once', async () => {
    const { made, ran, again } = await take({});
    expect((await made).manifest.files.map(({ name }) => name)).toEqual(['m.gguf']);
    await again();
    expect(ran.map(({ command, args }) => [command, args[args.indexOf('-m') + 1]])).toEqual([
      ['/tools/llama-perplexity', 'm.gguf'],
    ]);
  });

  it('that cannot be loaded is none', async () => {
    const output = "llama_model_load: error loading model: unknown model architecture: 'new'\n";
    await expect((await take({ exitCode: 1, output })).made).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADED',
      message: "llama.cpp cannot load m.gguf: unknown model architecture: 'new'",
    });
  });
});
