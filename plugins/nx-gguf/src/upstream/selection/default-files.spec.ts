import type { SourceUse } from '../../core/source-use.js';
import { selectFiles } from './select-files.js';

/** Listings of well-known repositories: names, and the sizes of weights in bytes where the test reads them. */
const mistral7b = {
  '.gitattributes': 1519,
  'README.md': 7880,
  'config.json': 601,
  'consolidated.safetensors': 14_496_078_512,
  'generation_config.json': 116,
  'model-00001-of-00003.safetensors': 4_949_453_792,
  'model-00002-of-00003.safetensors': 4_999_819_336,
  'model-00003-of-00003.safetensors': 4_546_807_800,
  'model.safetensors.index.json': 23950,
  'params.json': 202,
  'special_tokens_map.json': 414,
  'tokenizer.json': 1_961_548,
  'tokenizer.model': 587_404,
  'tokenizer.model.v3': 587_404,
  'tokenizer_config.json': 140_874,
};
const llama3 = named(
  'LICENSE README.md USE_POLICY.md config.json generation_config.json model-00001-of-00004.safetensors',
  'model-00002-of-00004.safetensors model-00003-of-00004.safetensors model-00004-of-00004.safetensors',
  'model.safetensors.index.json original/consolidated.00.pth original/params.json original/tokenizer.model',
  'special_tokens_map.json tokenizer.json tokenizer_config.json',
);
const gpt2 = named(
  '64-8bits.tflite 64-fp16.tflite 64.tflite README.md config.json flax_model.msgpack generation_config.json',
  'generation_config_for_text_generation.json merges.txt model.safetensors onnx/config.json',
  'onnx/decoder_model.onnx onnx/decoder_model_merged.onnx onnx/decoder_with_past_model.onnx',
  'onnx/generation_config.json onnx/merges.txt onnx/tokenizer.json onnx/vocab.json pytorch_model.bin',
  'rust_model.ot tf_model.h5 tokenizer.json tokenizer_config.json vocab.json',
);
const bert = named(
  'LICENSE README.md config.json flax_model.msgpack model.onnx model.safetensors pytorch_model.bin',
  'coreml/fill-mask/float32_model.mlpackage/Data/com.apple.CoreML/weights/weight.bin',
  'coreml/fill-mask/float32_model.mlpackage/Manifest.json',
  'rust_model.ot tf_model.h5 tokenizer.json tokenizer_config.json vocab.txt',
);
const miniLm = named(
  '1_Pooling/config.json README.md config.json config_sentence_transformers.json model.safetensors modules.json',
  'onnx/model.onnx onnx/model_O3.onnx openvino/openvino_model.bin openvino/openvino_model.xml',
  'pytorch_model.bin rust_model.ot sentence_bert_config.json tf_model.h5 tokenizer.json vocab.txt',
);
const embeddingGemma = named(
  '1_Pooling/config.json 2_Dense/config.json 2_Dense/model.safetensors 3_Dense/config.json',
  '3_Dense/model.safetensors config.json model.safetensors modules.json tokenizer.json tokenizer.model',
);
const gptOss = named(
  'chat_template.jinja config.json metal/model.bin model-00000-of-00002.safetensors',
  'model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json',
  'original/config.json original/dtypes.json original/model.safetensors tokenizer.json',
);
const gemma2b = named(
  'README.md config.json gemma-2b.gguf generation_config.json model-00001-of-00002.safetensors',
  'model-00002-of-00002.safetensors model.safetensors.index.json tokenizer.json tokenizer.model',
);
const qwen35 = named(
  'README.md chat_template.jinja config.json merges.txt model.safetensors-00001-of-00001.safetensors',
  'model.safetensors.index.json preprocessor_config.json tokenizer.json tokenizer_config.json vocab.json',
);
const codestralMamba = named('README.md config.json consolidated.safetensors params.json tokenizer.model.v3');
const vicuna = named(
  'README.md config.json generation_config.json pytorch_model-00001-of-00002.bin',
  'pytorch_model-00002-of-00002.bin pytorch_model.bin.index.json tokenizer.model tokenizer_config.json',
);
const ggufRepository = named(
  'README.md config.json Qwen3.5-0.8B-BF16.gguf Qwen3.5-0.8B-Q4_K_M.gguf imatrix_unsloth.gguf_file',
  'mmproj-BF16.gguf mmproj-F16.gguf',
);

function named(...lines: string[]): Record<string, number> {
  return Object.fromEntries(lines.flatMap((line) => line.split(' ')).map((path) => [path, 1]));
}

function select(listing: Record<string, number>, use: SourceUse, exclude: string[] = []) {
  const files = Object.entries(listing).map(([path, sizeBytes]) => ({ path, sizeBytes }));
  return selectFiles(files, exclude.length === 0 ? {} : { exclude }, { of: 'owner/name', use });
}

const isWeights = (path: string) => /\.(safetensors|gguf|gguf_file|bin|pth|dat)$/.test(path);
const weightsOf = (listing: Record<string, number>, use: SourceUse) =>
  select(listing, use)
    .files.map(({ path }) => path)
    .filter(isWeights);

describe('the weights of a model that names no files', () => {
  it.each<[string, Record<string, number>, string[], string[]]>([
    [
      'mistralai/Mistral-7B-Instruct-v0.3',
      mistral7b,
      [1, 2, 3].map((n) => `model-0000${n}-of-00003.safetensors`),
      ['consolidated.safetensors'],
    ],
    [
      'meta-llama/Meta-Llama-3-8B',
      llama3,
      [1, 2, 3, 4].map((n) => `model-0000${n}-of-00004.safetensors`),
      ['original/**'],
    ],
    [
      'openai-community/gpt2',
      gpt2,
      ['model.safetensors'],
      [
        '64-8bits.tflite',
        '64-fp16.tflite',
        '64.tflite',
        'flax_model.msgpack',
        'onnx/**',
        'pytorch_model.bin',
        'rust_model.ot',
        'tf_model.h5',
      ],
    ],
    [
      'google-bert/bert-base-uncased',
      bert,
      ['model.safetensors'],
      ['coreml/**', 'flax_model.msgpack', 'model.onnx', 'pytorch_model.bin', 'rust_model.ot', 'tf_model.h5'],
    ],
    [
      'sentence-transformers/all-MiniLM-L6-v2',
      miniLm,
      ['model.safetensors'],
      ['onnx/**', 'openvino/**', 'pytorch_model.bin', 'rust_model.ot', 'tf_model.h5'],
    ],
    [
      'google/embeddinggemma-300m, whose dense layers are read from their own directories',
      embeddingGemma,
      ['2_Dense/model.safetensors', '3_Dense/model.safetensors', 'model.safetensors'],
      [],
    ],
    [
      'openai/gpt-oss-20b',
      gptOss,
      [0, 1, 2].map((n) => `model-0000${n}-of-00002.safetensors`),
      ['metal/**', 'original/**'],
    ],
    ['google/gemma-2b', gemma2b, [1, 2].map((n) => `model-0000${n}-of-00002.safetensors`), ['gemma-2b.gguf']],
    ['Qwen/Qwen3.5-0.8B', qwen35, ['model.safetensors-00001-of-00001.safetensors'], []],
    ['mistralai/Mamba-Codestral-7B-v0.1', codestralMamba, ['consolidated.safetensors'], []],
    [
      'one file and its shards, with an index',
      named('model.safetensors model-00001-of-00001.safetensors model.safetensors.index.json config.json'),
      ['model-00001-of-00001.safetensors'],
      ['model.safetensors'],
    ],
    [
      'one file and its shards, without an index',
      named('model.safetensors model-00001-of-00001.safetensors config.json'),
      ['model.safetensors'],
      ['model-00001-of-00001.safetensors'],
    ],
    [
      'precisions as variants of one name',
      named('model.safetensors model.fp16.safetensors model-00001-of-00002.fp16.safetensors config.json'),
      ['model.safetensors'],
      ['model-00001-of-00002.fp16.safetensors', 'model.fp16.safetensors'],
    ],
    [
      'a merged model beside its adapter',
      named('model.safetensors adapter_model.safetensors adapter_config.json config.json'),
      ['model.safetensors'],
      ['adapter_model.safetensors'],
    ],
    ['an adapter', named('adapter_model.safetensors adapter_config.json'), ['adapter_model.safetensors'], []],
    ['names of no convention', named('a.safetensors config.json'), ['a.safetensors'], []],
  ])('%s', (...[, listing, weights, leftOut]) => {
    expect(weightsOf(listing, { kind: 'checkpoint' })).toEqual(weights);
    expect(
      select(listing, { kind: 'checkpoint' }).choice?.leftOut.filter((path) => path !== '.gitattributes') ??
        [],
    ).toEqual(leftOut);
  });

  it('keeps everything that is no weight', () => {
    const { files } = select(mistral7b, { kind: 'checkpoint' });
    const others = Object.keys(mistral7b).filter((path) => !isWeights(path) && !path.startsWith('.git'));
    expect(files.map(({ path }) => path).filter((path) => !isWeights(path))).toEqual(others.sort());
  });

  it('says which, why, and how much is left out', () => {
    expect(select(mistral7b, { kind: 'checkpoint' }).choice?.message).toBe(
      'owner/name: takes model-00001-of-00003.safetensors, model-00002-of-00003.safetensors, model-00003-of-00003.safetensors (14.5 GB), the safetensors that convert_hf_to_gguf.py reads first; leaves out consolidated.safetensors (14.5 GB) ("include" of the source takes others)',
    );
    expect(select(qwen35, { kind: 'checkpoint' }).choice).toBeNull();
  });

  it('with --mistral-format are those of the Mistral format', () => {
    const use = { kind: 'checkpoint', isMistralFormat: true } as const;
    expect(weightsOf(mistral7b, use)).toEqual(['consolidated.safetensors']);
    expect(weightsOf(llama3, use)).toHaveLength(4);
  });

  it.each<[string, Record<string, number>, string, RegExp, RegExp]>([
    [
      'pickles alone',
      vicuna,
      'PICKLE_REFUSED',
      /pytorch_model-00001-of-00002\.bin/,
      /literally in "include"/,
    ],
    [
      'pickles beside a GGUF',
      named('config.json pytorch_model.bin model-q4.gguf'),
      'PICKLE_REFUSED',
      /pytorch_model\.bin is in pickle format/,
      /literally/,
    ],
    ['a GGUF alone', ggufRepository, 'SOURCE_NO_WEIGHTS', /BF16\.gguf/, /that it was made from/],
    [
      'formats of other programs',
      named('config.json tf_model.h5 model.onnx flax_model.msgpack'),
      'SOURCE_NO_WEIGHTS',
      /tf_model\.h5, model\.onnx, flax_model\.msgpack/,
      /model\*\.safetensors/,
    ],
    [
      'weights of original/ alone',
      named('README.md original/model.safetensors'),
      'SOURCE_NO_WEIGHTS',
      /original\/model\.safetensors/,
      /"include"/,
    ],
    ['no weights', named('config.json tokenizer.json'), 'SOURCE_NO_WEIGHTS', /its 2 files/, /"include"/],
    ['what a trainer leaves', named('training_args.bin optimizer.pt'), 'SOURCE_NO_WEIGHTS', /2 files/, /./],
  ])('%s: refused', (...[, listing, code, message, hint]) => {
    expect(() => select(listing, { kind: 'checkpoint' })).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(hint) as string,
      }) as Error,
    );
  });
});

describe('the file of a reference or a matrix that names none', () => {
  it.each<[string, Record<string, number>, SourceUse, string[]]>([
    ['one GGUF among other files', gemma2b, { kind: 'gguf' }, ['gemma-2b.gguf']],
    [
      'the shards of one',
      named('README.md a/m-00001-of-00002.gguf a/m-00002-of-00002.gguf mmproj-F16.gguf'),
      { kind: 'gguf' },
      ['a/m-00001-of-00002.gguf', 'a/m-00002-of-00002.gguf'],
    ],
    ['a matrix beside GGUFs', ggufRepository, { kind: 'matrix' }, ['imatrix_unsloth.gguf_file']],
    ['a legacy matrix', named('README.md m.imatrix.dat m.gguf'), { kind: 'matrix' }, ['m.imatrix.dat']],
    [
      'the matrix that model.json names',
      ggufRepository,
      { kind: 'matrix', file: 'imatrix_unsloth.gguf_file' },
      ['imatrix_unsloth.gguf_file'],
    ],
    ['the only file, of any name', named('x.gguf'), { kind: 'matrix' }, ['x.gguf']],
  ])('%s', (...[, listing, use, expected]) => {
    expect(select(listing, use).files.map(({ path }) => path)).toEqual(expected);
  });

  it('goes by what is left after "exclude"', () => {
    expect(select(ggufRepository, { kind: 'gguf' }, ['*BF16*']).files.map(({ path }) => path)).toEqual([
      'Qwen3.5-0.8B-Q4_K_M.gguf',
    ]);
  });

  it.each<[string, Record<string, number>, SourceUse, string, RegExp]>([
    [
      'several GGUFs',
      ggufRepository,
      { kind: 'gguf' },
      'SOURCE_AMBIGUOUS',
      /has 2 models: Qwen3\.5-0\.8B-BF16/,
    ],
    ['no GGUF', qwen35, { kind: 'gguf' }, 'SOURCE_NO_WEIGHTS', /no GGUF/],
    ['no matrix', qwen35, { kind: 'matrix' }, 'SOURCE_AMBIGUOUS', /none of its 10 files/],
    [
      'several',
      named('a.imatrix b.imatrix'),
      { kind: 'matrix' },
      'SOURCE_AMBIGUOUS',
      /2 importance matrices/,
    ],
    [
      'a matrix by a wrong name',
      ggufRepository,
      { kind: 'matrix', file: 'imatrix_unslot.gguf_file' },
      'SOURCE_NOT_FOUND',
      /no imatrix_unslot/,
    ],
  ])('%s: refused before anything is fetched', (...[, listing, use, code, message]) => {
    expect(() => select(listing, use)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
    );
  });
});
