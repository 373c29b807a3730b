import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyGguf, type TinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { playTools, testBench, type PlayedTool } from '../testing/effects.js';
import { checkModel } from './check-model.js';
import type { ModelOrigin } from './not-loaded.js';

const names = ['attn_norm.weight', 'ffn_down.weight'];
const model = ({ blocks = [0, 1, 2], declared = 3, mtp = 0, tokens = 4, rows = 4 } = {}): TinyGguf => ({
  metadata: [
    ['general.architecture', 'string', 'qwen35'],
    ['qwen35.block_count', 'uint32', declared],
    ...(mtp === 0 ? [] : [['qwen35.nextn_predict_layers', 'uint32', mtp] as const]),
    ['tokenizer.ggml.tokens', 'array', 'string', Array.from({ length: tokens }, (_, id) => `t${id}`)],
  ],
  tensors: [
    { name: 'token_embd.weight', shape: [4, rows] },
    ...blocks.flatMap((block) => names.map((name) => ({ name: `blk.${block}.${name}`, shape: [4] }))),
  ],
});

async function check(
  file: TinyGguf,
  { origin = 'converted', tool = {} }: { origin?: ModelOrigin; tool?: PlayedTool } = {},
) {
  const { runTool, ran } = playTools(tool);
  const bench = testBench({ runTool });
  mkdirSync(join(bench.directory, 'out'));
  writeFileSync(join(bench.directory, 'out/m.gguf'), tinyGguf(file));
  const error: unknown = await checkModel(['out/m.gguf'], origin, bench).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, ran };
}
const failing = (reason: string): PlayedTool => ({
  exitCode: 1,
  output: `llama_model_load: error loading model: ${reason}\nllama_perplexity: unable to load model\n`,
});

describe('a model is loaded before anything is made of it', () => {
  it('with llama-perplexity, which gets the first file', async () => {
    const { error, ran } = await check(model());
    expect(error).toBeNull();
    expect(ran.map(({ command }) => command)).toEqual(['/tools/llama-perplexity']);
    expect(ran[0]?.args).toEqual(expect.arrayContaining(['-m', 'out/m.gguf']));
  });

  it('also by a llama.cpp that does not know all arguments', async () => {
    const { runTool, ran } = playTools({ exitCode: 1, output: 'error: invalid argument: --no-repack\n' }, {});
    const bench = testBench({ runTool });
    writeFileSync(join(bench.directory, 'm.gguf'), tinyGguf(model()));
    await checkModel(['m.gguf'], 'converted', bench);
    expect(ran.map(({ args }) => args.includes('--no-repack'))).toEqual([true, false]);
  });

  // What llama.cpp loads is a model, whatever its header looks like.
  it.each<[string, TinyGguf]>([
    ['fewer blocks than are declared', model({ blocks: [0, 1] })],
    ['no blocks for multi-token prediction though they are declared', model({ blocks: [0, 1], mtp: 1 })],
    ['more rows than tokens', model({ rows: 6 })],
    ['no tokens', model({ tokens: 0 })],
    ['blocks of several kinds', { ...model(), tensors: [{ name: 'blk.0.ffn_up_exps.weight', shape: [4] }] }],
    [
      'no block count',
      { metadata: [['general.architecture', 'string', 'bert']], tensors: [{ name: 'a', shape: [4] }] },
    ],
  ])('one with %s passes when it loads', async (_, file) => {
    for (const origin of ['converted', 'reference'] as const)
      expect((await check(file, { origin })).error).toBeNull();
  });

  it.each<[string, TinyGguf]>([
    ['a vocabulary', { ...model(), tensors: [] }],
    [
      'a projector',
      { metadata: [['general.architecture', 'string', 'clip']], tensors: [{ name: 'v.a', shape: [4] }] },
    ],
    ['a predictor (MTP)', model({ blocks: [2], mtp: 1 })],
  ])('%s that somebody else made is not loaded', async (_, file) => {
    const { error, ran } = await check(file, { origin: 'reference', tool: failing('x') });
    expect([error, ran]).toEqual([null, []]);
  });

  it.each<{
    name: string;
    file: TinyGguf;
    reason: string;
    message: string;
    hint: RegExp;
    ofReference: RegExp;
  }>([
    {
      name: 'blocks for multi-token prediction are missing',
      file: model({ blocks: [0, 1], mtp: 1 }),
      reason: "check_tensor_dims: tensor 'blk.2.attn_norm.weight' not found",
      message:
        "llama.cpp cannot load m.gguf: tensor 'blk.2.attn_norm.weight' not found; no tensor of block 2 of 3, for multi-token prediction (MTP), is there",
      hint: /"convert": \{ "mtp": false \}.*--no-mtp/,
      ofReference: /--no-mtp/,
    },
    {
      name: 'other blocks are missing',
      file: model({ blocks: [0], declared: 4 }),
      reason: "check_tensor_dims: tensor 'blk.1.attn_norm.weight' not found",
      message:
        "llama.cpp cannot load m.gguf: tensor 'blk.1.attn_norm.weight' not found; no tensor of blocks 1-3 of 4 is there",
      hint: /num_hidden_layers/,
      ofReference: /incomplete/,
    },
    {
      name: 'blocks of both kinds are missing',
      file: model({ blocks: [0], declared: 4, mtp: 1 }),
      reason: "check_tensor_dims: tensor 'blk.1.attn_norm.weight' not found",
      message:
        "llama.cpp cannot load m.gguf: tensor 'blk.1.attn_norm.weight' not found; no tensor of blocks 1-2 of 4 is there; no tensor of block 3 of 4, for multi-token prediction (MTP), is there",
      hint: /num_hidden_layers/,
      ofReference: /incomplete/,
    },
    {
      name: 'there are more tokens than rows',
      file: model({ tokens: 6 }),
      reason:
        "check_tensor_dims: tensor 'token_embd.weight' has wrong shape; expected     4,     6, got     4,     4,      1,      1",
      message:
        "llama.cpp cannot load m.gguf: tensor 'token_embd.weight' has wrong shape; expected 4, 6, got 4, 4, 1, 1; the tokenizer has 6 tokens, and token_embd.weight 4 rows",
      hint: /vocab_size/,
      ofReference: /tokenizer/,
    },
    {
      name: 'the architecture is unknown',
      file: model(),
      reason: "unknown model architecture: 'qwen99'",
      message: "llama.cpp cannot load m.gguf: unknown model architecture: 'qwen99'",
      hint: /toolchain\.json/,
      ofReference: /toolchain\.json/,
    },
    {
      name: 'the embedding has another width: no fault of the vocabulary',
      file: model(),
      reason: "check_tensor_dims: tensor 'token_embd.weight' has wrong shape; expected 8, 4, got 4, 4, 1, 1",
      message:
        "llama.cpp cannot load m.gguf: tensor 'token_embd.weight' has wrong shape; expected 8, 4, got 4, 4, 1, 1",
      hint: /config\.json, tokenizer and weights/,
      ofReference: /whole/,
    },
  ])('$name', async ({ file, reason, message, hint, ofReference }) => {
    const expected = { code: 'MODEL_NOT_LOADED', message };
    const converted = await check(file, { tool: failing(reason) });
    expect(converted.error).toMatchObject({ ...expected, hint: expect.stringMatching(hint) as string });
    const reference = await check(file, { origin: 'reference', tool: failing(reason) });
    expect(reference.error).toMatchObject({
      ...expected,
      hint: expect.stringMatching(ofReference) as string,
    });
  });

  it.each([
    ['converted', /checkpoint.*"outtype" f16/],
    ['reference', /maker/],
  ] as const)('weights that are no numbers are named: %s', async (origin, hint) => {
    const output = `0.01 E load_all_data: tensor 'blk.1.ffn_down.weight' has invalid data
0.01 E load_all_data: tensor 'blk.0.attn_norm.weight' has invalid data
0.02 E llama_model_load: error loading model: found tensors with invalid data
`;
    const { error } = await check(model(), { origin, tool: { output, exitCode: 1 } });
    expect(error).toMatchObject({
      code: 'WEIGHTS_NOT_FINITE',
      message:
        'm.gguf: values that are NaN or infinite, or blocks with such a scale, in blk.0.attn_norm.weight, blk.1.ffn_down.weight',
      hint: expect.stringMatching(hint) as string,
    });
  });

  it('names many missing tensors, and no more than a reader wants', async () => {
    const blocks = Array.from({ length: 30 }, (_, block) => block);
    const file = model({ blocks, declared: 30 });
    const isLost = (name: string) => /^blk\.(?:[1-9]|1[0-2])\.ffn_down/.test(name);
    const error = await check(
      { ...file, tensors: (file.tensors ?? []).filter(({ name }) => !isLost(name)) },
      { tool: failing("check_tensor_dims: tensor 'blk.1.ffn_down.weight' not found") },
    );
    expect((error.error as Error).message).toMatch(
      /missing are blk\.1\.ffn_down\.weight, blk\.2\.ffn_down\.weight, .*blk\.8\.ffn_down\.weight and 4 more$/,
    );
  });

  it.each(['SIGKILL', 'SIGILL'])('a tool that was ended by %s says nothing of the model', async (signal) => {
    const bench = testBench({
      runTool: () => Promise.resolve({ exitCode: 128, ending: `was ended by ${signal}`, output: '' }),
    });
    writeFileSync(join(bench.directory, 'm.gguf'), tinyGguf(model()));
    await expect(checkModel(['m.gguf'], 'converted', bench)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });
});
