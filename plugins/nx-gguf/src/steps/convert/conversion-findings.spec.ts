import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConvertSettings } from '../../core/generated/model.generated.js';
import { readGgufHeader } from '../../gguf/header/header.js';
import { bytesSource } from '../../gguf/testing/bytes-source.js';
import { tokenTexts } from '../../gguf/token-texts.js';
import { tinyGguf, type TinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';
import { conversionFindings } from './conversion-findings.js';
import { declaredMetadata } from './declared-metadata.js';

type Metadata = NonNullable<TinyGguf['metadata']>;

async function findings({
  files = {},
  settings = {},
  declared,
  metadata = [],
}: {
  files?: Record<string, string | Uint8Array>;
  settings?: ConvertSettings;
  declared?: object;
  metadata?: Metadata;
}): Promise<string[]> {
  const directory = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  const source = bytesSource(tinyGguf({ metadata }));
  const header = await readGgufHeader(source);
  return conversionFindings({
    directory,
    files: Object.keys(files),
    settings: declared === undefined ? settings : { metadata: 'meta.json', ...settings },
    metadata: declared === undefined ? null : JSON.stringify(declared),
    header,
    tokens: await tokenTexts(source, header),
  });
}

function safetensors(...names: string[]): Uint8Array {
  const head = Buffer.from(
    JSON.stringify({
      __metadata__: { format: 'pt' },
      ...Object.fromEntries(names.map((name) => [name, { dtype: 'BF16', shape: [0], data_offsets: [0, 0] }])),
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  return Buffer.concat([length, head]);
}

describe('metadata that was declared', () => {
  const written: Metadata = [
    ['general.architecture', 'string', 'qwen35'],
    ['general.author', 'string', 'me'],
    ['general.sampling.temp', 'float32', 0.7],
    ['general.sampling.top_k', 'int32', 20],
    ['general.tags', 'array', 'string', ['a', 'b']],
    ['general.base_model.count', 'uint32', 1],
    ['general.base_model.0.name', 'string', 'Base'],
    ['general.name', 'string', 'M'],
  ];

  it.each<[object, string | null]>([
    [{ 'general.author': 'me', 'general.sampling.temp': 0.7, 'general.sampling.top_k': 20 }, null],
    [{ 'general.tags': ['a', 'b'] }, null],
    [{ 'general.base_models': [{ name: 'Base' }] }, null],
    [{ 'general.license': null }, null],
    [{}, null],
    [{ 'general.license': 'mit' }, 'meta.json: general.license "mit": the converter takes the licence from'],
    [{ 'general.autor': 'me' }, 'the converter takes no such key (did you mean general.author?)'],
    [{ 'qwen35.context_length': 4096 }, 'qwen35.context_length 4096: the converter takes no such key'],
    [{ 'general.architecture': 'llama' }, 'the converter decides this key itself'],
    [{ 'general.tags': ['a'] }, 'general.tags ["a"]: the GGUF says something else'],
    [{ 'general.author': null }, 'general.author null: the GGUF says something else'],
    [{ 'general.base_models': [{ name: 'Other' }] }, 'general.base_models'],
    [{ 'general.base_models': [{ name: 'Base', licence: 'mit' }] }, 'general.base_models'],
    [{ 'general.datasets': [] }, 'general.datasets'],
    [{ 'general.licence': 'x'.repeat(1000) }, `general.licence "${'x'.repeat(78)}…: the converter`],
  ])('%j: %s', async (declared, finding) => {
    const found = await findings({ declared, metadata: written });
    expect(found).toEqual(finding === null ? [] : [expect.stringContaining(finding)]);
  });

  it('a name that modelName goes before', async () => {
    const settings = { modelName: 'M' };
    expect(await findings({ declared: { 'general.name': 'M' }, settings, metadata: written })).toEqual([]);
    expect(await findings({ declared: { 'general.name': 'N' }, settings, metadata: written })).toEqual([
      'meta.json: general.name "N": convert.modelName goes before it',
    ]);
  });

  it.each([
    ['{"a": ', 'meta.json:1:'],
    ['[]', 'meta.json is no JSON object'],
    ['"x"', 'meta.json'],
    ['null', 'meta.json'],
    ['{"a": NaN}', 'meta.json:1:7: NaN is no number of JSON'],
    [
      '{\n"general.author": "A",\n"general.author": "B"}',
      'meta.json:3:1: "general.author" stands here again: it is in the same object at 2:1',
    ],
  ])('%j is refused before any work', (text, words) => {
    expect(() => declaredMetadata(text, 'meta.json')).toThrow(
      expect.objectContaining({
        code: 'BAD_MODEL',
        message: expect.stringContaining(words) as string,
      }) as Error,
    );
  });
});

describe('a type that the converter cannot write', () => {
  it.each([
    ['general.name', 7, 'a text in double quotes'],
    ['general.version', 1.5, 'a text in double quotes'],
    ['general.author', ['a', 'b'], 'a text in double quotes'],
    ['general.description', true, 'a text in double quotes'],
    ['general.tags', 'chat', 'a list of texts, such as ["…", "…"]'],
    ['general.languages', ['en', 3], 'a list of texts, such as ["…", "…"]'],
    ['general.sampling.top_k', 1.5, 'an integer of 32 bits'],
    ['general.sampling.top_k', 3e9, 'an integer of 32 bits'],
    ['general.sampling.mirostat', true, 'an integer of 32 bits'],
    ['general.sampling.temp', '0.7', 'a number'],
    ['general.sampling.top_p', 1e300, 'a number'],
    [
      'general.base_models',
      ['org/model'],
      'a list of objects whose fields are texts, such as [{ "name": "…", "repo_url": "…" }]',
    ],
    [
      'general.datasets',
      [{ name: 1 }],
      'a list of objects whose fields are texts, such as [{ "name": "…", "repo_url": "…" }]',
    ],
  ])('%s: %j is refused with its line', (key, value, expected) => {
    const text = `{\n  "general.url": "x",\n  "${key}": ${JSON.stringify(value)}\n}`;
    expect(() => declaredMetadata(text, 'meta.json')).toThrow(
      expect.objectContaining({
        code: 'BAD_MODEL',
        message: `convert.metadata: meta.json:3: ${key} is ${JSON.stringify(value)}; expected ${expected}`,
      }) as Error,
    );
  });

  it('all are told at once', () => {
    const text = '{\n"general.name": 1,\n"general.tags": "a"}';
    expect(() => declaredMetadata(text, 'm.json')).toThrow(/m\.json:2: .*\nm\.json:3: /);
  });

  it('is not what the converter can write, nor what people write into JSON', () => {
    const text = `{
      // of the maker
      "general.name": "M", "general.tags": [], "general.sampling.top_k": 40.0, "general.sampling.temp": 1,
      "general.base_models": [{ "name": "B", "author": null }], "general.author": null, "x.y": 1,
    }`;
    expect(declaredMetadata(text, 'm.json')).toMatchObject({ 'general.sampling.top_k': 40, 'x.y': 1 });
  });
});

describe('templates of a chat', () => {
  const template = (text: string): Metadata => [['tokenizer.chat_template', 'string', text]];
  it.each<[string, Record<string, string>, Metadata, RegExp | null]>([
    ['the file alone', { 'chat_template.jinja': 'a\r\nb\n' }, template('a\nb'), null],
    ['none', {}, [], null],
    ['that of tokenizer_config.json alone', {}, template('a'), null],
    [
      'another one than the file',
      { 'chat_template.jinja': 'a' },
      template('b'),
      /tokenizer_config\.json.*transformers takes/,
    ],
    [
      'a file and none in the GGUF',
      { 'chat_template.jinja': 'a' },
      [],
      /only beside a tokenizer_config\.json/,
    ],
    [
      'an additional one that is there',
      { 'chat_template.jinja': 'a', 'additional_chat_templates/tool-use.jinja': 't' },
      [...template('a'), ['tokenizer.chat_template.tool_use', 'string', 't']],
      null,
    ],
    [
      'an additional one that is lost',
      { 'chat_template.jinja': 'a', 'additional_chat_templates/rag.jinja': 't' },
      template('a'),
      /additional_chat_templates\/rag\.jinja is not in the GGUF/,
    ],
  ])('%s', async (...[, files, metadata, finding]) => {
    expect(await findings({ files, metadata })).toEqual(
      finding === null ? [] : [expect.stringMatching(finding)],
    );
  });
});

describe('parts of a checkpoint that the text model has not', () => {
  const text = ['model.embed_tokens.weight', 'model.layers.0.mlp.up_proj.weight', 'mtp.norm.weight'];
  const index = (...names: string[]) =>
    JSON.stringify({ weight_map: Object.fromEntries(names.map((name) => [name, 'model-1.safetensors'])) });

  it.each<[string, Record<string, string | Uint8Array>, string[]]>([
    ['text alone', { 'model.safetensors': safetensors(...text) }, []],
    [
      'vision',
      {
        'model.safetensors': safetensors(
          ...text,
          'model.visual.blocks.0.attn.qkv.weight',
          'model.visual.patch_embed.proj.bias',
        ),
      },
      ['the checkpoint has weights for images (2 tensors, such as model.visual.blocks.0.attn.qkv.weight)'],
    ],
    [
      'vision, sound and what joins them, by the index',
      {
        'model.safetensors.index.json': index(
          ...text,
          'vision_tower.a.weight',
          'audio_tower.b.weight',
          'multi_modal_projector.linear_1.weight',
          'talker.model.c.weight',
        ),
      },
      [
        'for images (1 tensor,',
        'for sound (1 tensor,',
        'that join other inputs to text (1 tensor,',
        'to speak (1 tensor,',
      ],
    ],
    ['an index that is none', { 'model.safetensors.index.json': '[' }, []],
    ['a cut file', { 'model.safetensors': safetensors(...text).slice(0, 20) }, []],
    ['a pointer', { 'model.safetensors': 'version https://git-lfs.github.com/spec/v1\n' }, []],
    ['weights of another kind', { 'pytorch_model.bin': 'x' }, []],
  ])('%s', async (_, files, expected) => {
    expect(await findings({ files })).toEqual(
      expected.map((words) => expect.stringContaining(words) as string),
    );
  });

  it.each(['--mmproj', '--vocab-only', '--mtp'])(
    '%s asks for a part, and leaves nothing out',
    async (argument) => {
      const files = { 'model.safetensors': safetensors('visual.a.weight') };
      expect(await findings({ files, settings: { extraArgs: [argument] } })).toEqual([]);
    },
  );
});

describe('tokens that end a text', () => {
  const many = Array.from({ length: 1200 }, (_, id) => `t${id}`);
  const vocabulary = (texts: Record<number, string>, ...more: Metadata): Metadata => [
    ['tokenizer.ggml.model', 'string', 'gpt2'],
    ['tokenizer.ggml.tokens', 'array', 'string', many.map((text, id) => texts[id] ?? text)],
    ...more,
  ];
  const eos = (id: number): Metadata[number] => ['tokenizer.ggml.eos_token_id', 'uint32', id];
  const generation = (ids: unknown) => ({
    'generation_config.json': JSON.stringify({ eos_token_id: ids }),
    'config.json': JSON.stringify({ eos_token_id: 3, text_config: { eos_token_id: 4 } }),
  });

  it.each<[string, [files: Record<string, string>, metadata: Metadata], RegExp | null]>([
    ['the same', [generation(1100), vocabulary({}, eos(1100))], null],
    [
      'one that llama.cpp knows by name',
      [generation([5, 1100]), vocabulary({ 5: '<|im_end|>' }, eos(1100))],
      null,
    ],
    [
      'one that it does not know',
      [generation(1101), vocabulary({ 1101: '<|über|>' }, eos(1100))],
      /^generation_config\.json says .* 1101 \(<\|über\|>\) .*replies do not stop; .*"overrideKv": \["tokenizer\.ggml\.eos_token_id=int:1101"\]/,
    ],
    [
      'one of several',
      [generation([1100, 1101]), vocabulary({}, eos(1100))],
      /token 1101 \(t1101\).* that ends with it goes on/,
    ],
    [
      'one outside of the vocabulary',
      [generation([9000]), vocabulary({}, eos(1))],
      /9000 \(not in the vocabulary\).*another tokenizer\?$/,
    ],
    [
      'one that the metadata name beside it',
      [generation(7), vocabulary({}, eos(1), ['tokenizer.ggml.eot_token_id', 'uint32', 7])],
      null,
    ],
    [
      'that of config.json, where there is no other',
      [{ 'config.json': '{"eos_token_id":9}' }, vocabulary({}, eos(1))],
      /^config\.json says .*token 9 /,
    ],
    [
      'that of the text model',
      [{ 'config.json': '{"text_config":{"eos_token_id":9}}' }, vocabulary({}, eos(9))],
      null,
    ],
    ['none', [{ 'generation_config.json': '{"eos_token_id":null}' }, vocabulary({}, eos(1))], null],
    ['llama.cpp has its own without metadata', [generation(11), vocabulary({})], null],
    ['that and no other', [generation(12), vocabulary({})], /token 12 /],
    ['no vocabulary', [generation(9), []], null],
    [
      'replies of harmony, where <|end|> is no end',
      [generation([5, 6, 7]), vocabulary({ 5: '<|return|>', 6: '<|call|>', 7: '<|end|>' }, eos(5))],
      /token 7 \(<\|end\|>\)/,
    ],
    ['<|end|> elsewhere', [generation(7), vocabulary({ 6: '<|call|>', 7: '<|end|>' }, eos(5))], null],
    [
      '</s> beside calls of tools',
      [generation([1, 7]), vocabulary({ 6: '<|tool_response>', 7: '</s>' }, eos(1))],
      /token 7 \(<\/s>\)/,
    ],
  ])('%s', async (_, [files, metadata], finding) => {
    expect(await findings({ files, metadata })).toEqual(
      finding === null ? [] : [expect.stringMatching(finding)],
    );
  });
});

describe('files of weights', () => {
  const one = 'model-00001-of-00002.safetensors';
  const two = 'model-00002-of-00002.safetensors';
  const shards = { [one]: safetensors('a.weight'), [two]: safetensors('b.weight', 'c.weight') };
  const map = { 'a.weight': one, 'b.weight': two, 'c.weight': two };
  const index = (weights: object) => JSON.stringify({ weight_map: weights });

  it.each<[string, Record<string, string | Uint8Array>, RegExp | null]>([
    ['two, as their index has them', { ...shards, 'model.safetensors.index.json': index(map) }, null],
    ['two without an index', shards, null],
    [
      'a third one',
      {
        ...shards,
        'model-00003-of-00003.safetensors': safetensors('d.weight'),
        'model.safetensors.index.json': index(map),
      },
      /^1 file of weights .* is not read .*index does not name them\): model-00003-of-00003\.safetensors\. /,
    ],
    [
      'all in one beside shards with an index',
      {
        ...shards,
        'model.safetensors': safetensors('a.weight'),
        'model.safetensors.index.json': index(map),
      },
      /: model\.safetensors\. /,
    ],
    [
      'all in one beside shards without an index',
      { ...shards, 'model.safetensors': safetensors('a.weight', 'b.weight') },
      /^2 tensors .* are in more than one file, such as a\.weight in model-00001-of-00002\.safetensors, model\.safetensors: /,
    ],
    [
      'a tensor in two of the index',
      {
        ...shards,
        [two]: safetensors('a.weight', 'b.weight', 'c.weight'),
        'model.safetensors.index.json': index(map),
      },
      /^1 tensor .* is in more than one file, such as a\.weight/,
    ],
    ['weights by another name', { ...shards, 'extra.safetensors': safetensors('d.weight') }, /: extra\.saf/],
    ['pickles beside them', { ...shards, 'pytorch_model.bin': 'x' }, /: pytorch_model\.bin\. /],
    [
      'a pickle outside of the index',
      {
        'pytorch_model-00001-of-00001.bin': 'x',
        'pytorch_model-00002-of-00002.bin': 'x',
        'pytorch_model.bin.index.json': index({ a: 'pytorch_model-00001-of-00001.bin' }),
      },
      /: pytorch_model-00002-of-00002\.bin\. /,
    ],
    [
      'those of a part in its own directory',
      { ...shards, '2_Dense/model.safetensors': safetensors('x') },
      null,
    ],
    ['an index that is none', { ...shards, 'model.safetensors.index.json': '[' }, null],
  ])('%s', async (_, files, finding) => {
    expect(await findings({ files })).toEqual(finding === null ? [] : [expect.stringMatching(finding)]);
  });

  it("those of Mistral's own format are read by other names", async () => {
    const files = { ...shards, 'consolidated.safetensors': safetensors('a.weight') };
    expect(await findings({ files, settings: { extraArgs: ['--mistral-format'] } })).toEqual([]);
  });
});
