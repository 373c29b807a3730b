import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.js';
import { playTools, testBench, type PlayedTool } from '../testing/effects.js';
import { overrideLoadStep } from './override-load.js';

const overrides = ['qwen35.embedding_length=int:128', 'general.name=str:a, "b"'];
async function run(...plays: readonly PlayedTool[]) {
  const { runTool, ran } = playTools(...plays);
  const bench = testBench({ runTool });
  const step = overrideLoadStep({
    headers: {
      files: [{ name: '00001.header', sha256: sha256('h'), sizeBytes: 7 }],
      sizesBytes: [5_000_000],
    },
    bring: () => Promise.resolve(),
    overrides,
    toolchain: {},
  });
  const { facts } = await step.run({
    ...bench,
    input: (_, as) => {
      writeFileSync(join(bench.directory, as), 'header');
      return Promise.resolve();
    },
  });
  return { facts, ran };
}

describe('a model with metadata overridden', () => {
  const reason = "check_tensor_dims: tensor 'token_embd.weight' has wrong shape; expected 128";
  const refused = { exitCode: 1, output: `llama_model_load: error loading model: ${reason}\n` };

  it('is loaded from its header, with all overrides in one argument, and no data is read', async () => {
    const { facts, ran } = await run({});
    expect(facts).toEqual({});
    expect(ran).toHaveLength(1);
    expect(ran[0]?.args.slice(-2)).toEqual([
      '--override-kv',
      'qwen35.embedding_length=int:128,"general.name=str:a, ""b"""',
    ]);
    expect(ran[0]?.args).toEqual(expect.arrayContaining(['-m', 'model.gguf']));
    expect(ran[0]?.args).not.toContain('--check-tensors');
  });

  it('is an error with the reason that llama.cpp gives, and no result with it', async () => {
    await expect(run(refused, {})).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADED',
      message: "tensor 'token_embd.weight' has wrong shape; expected 128",
    });
  });

  it('says nothing when it is not loaded without the overrides either', async () => {
    expect((await run(refused, refused)).facts).toEqual({});
  });
});
