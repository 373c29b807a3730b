import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { quantizationPlan } from '../../quant/plan/tensor-plan.js';
import { dryRun } from '../../quant/testing/dry-runs.js';
import { playTools, testBench, type PlayedTool } from '../testing/effects.js';
import { quantizeStep } from './quantize.js';

const metadata = [['general.architecture', 'string', 'qwen3']] as const;
type Type = 'f32' | 'q4_K';
const ofTypes = (a: Type, c: Type): Uint8Array =>
  tinyGguf({
    metadata,
    tensors: [
      { name: 'a.weight', shape: [256, 2], type: a },
      { name: 'b.weight', shape: [4], type: 'f32' },
      {
        name: 'c.weight',
        shape: [256, 2],
        type: c,
        ...(c === 'f32' ? { data: new Uint8Array(2048).fill(1) } : {}),
      },
    ],
  });
const model = ofTypes('f32', 'f32');
const planOf = (a: Type, c: Type) => {
  const run = dryRun(`a.weight f32 ${a}`, 'b.weight f32 f32', `c.weight f32 ${c}`);
  return quantizationPlan({ rules: [], options: { ftype: 'Q4_K_M' }, actual: run, stock: run });
};

// Recorded with llama-quantize of llama.cpp v0.5.0.
const line =
  '[  20/ 123] c.weight                             - [   256,      2,      1,      1], type =   bf16, converting to q4_K .. ';
const notFinite = `${line}ggml_validate_row_data: found 1 NaNs in row of 196608 BF16 values
llama_model_quantize: failed to quantize: tensor 'c.weight' has invalid data
llama_quantize: failed to quantize model from 'nan.gguf'
`;
const tooLarge = `${line}ggml_validate_row_data: found inf value at block 3
llama_model_quantize: failed to quantize: quantized data validation failed
llama_quantize: failed to quantize model from 'big.gguf'
`;
const otherwise = 'llama_model_quantize: failed to quantize: no room\n';

/** Makes a variant with `a` quantized, then one with `c` as well, for which the tools play as told. */
async function second(play: PlayedTool) {
  const { runTool, ran } = playTools(
    {
      act: ({ cwd }) => {
        writeFileSync(join(cwd, 'out', 'm-one.gguf'), ofTypes('q4_K', 'f32'));
      },
    },
    play,
  );
  const bench = testBench({ runTool });
  const run = async (name: string, expected: ReturnType<typeof planOf>) => {
    const directory = join(bench.directory, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'm.gguf'), model);
    return quantizeStep({
      expected,
      name,
      settings: { ftype: 'Q4_K_M' },
      rules: null,
      model: [{ name: 'm.gguf', sha256: sha256(model), sizeBytes: model.length }],
      imatrix: null,
      toolchain: { build: 'id' },
    }).run({ ...bench, directory, input: () => Promise.resolve() });
  };
  await run('m-one', planOf('q4_K', 'f32'));
  const before = ran.length;
  const error: unknown = await run('m-two', planOf('q4_K', 'q4_K')).catch((thrown: unknown) => thrown);
  const whole = ran.slice(before).filter(({ args }) => args.includes('out/m-two.gguf'));
  return { error, whole, told: bench.told.map((event) => ('message' in event ? event.message : '')) };
}

describe('weights that llama-quantize refuses', () => {
  it.each([
    {
      output: notFinite,
      code: 'WEIGHTS_NOT_FINITE',
      message:
        "m-two: tensor 'c.weight' has invalid data in the unquantized model, m.gguf (1 NaNs in row of 196608 BF16 values)",
      hint: /checkpoint/,
    },
    {
      output: tooLarge,
      code: 'WEIGHTS_TOO_LARGE',
      message:
        'm-two: values of c.weight in the unquantized model, m.gguf, are too large for q4_K (inf value at block 3)',
      hint: /'\^c\\\.weight\$=bf16'/,
    },
  ])('are told as $code, without a run on the whole model', async ({ output, code, message, hint }) => {
    const { error, whole, told } = await second({ output, exitCode: 1 });
    expect(error).toMatchObject({ code, message, hint: expect.stringMatching(hint) as string });
    expect(whole).toEqual([]);
    expect(told.filter((text) => text.includes('whole model'))).toEqual([]);
  });

  it('are told apart from what a run on the whole model may overcome, which says why it comes', async () => {
    const { error, whole, told } = await second({ output: otherwise, exitCode: 1 });
    expect(error).toMatchObject({ code: 'QUANTIZE_FAILED' });
    expect(whole).toHaveLength(1);
    expect(told).toEqual(
      expect.arrayContaining([
        'a part of the model: m-two: no room',
        'm-two: quantizing the whole model, because a run on a part of it does not end as expected',
      ]),
    );
  });
});
