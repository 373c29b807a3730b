import { readGgufHeader } from './header/header.js';
import { lackingTensors } from './lacking-tensors.js';
import { modelOutline, partOfModel, type ModelOutline } from './model-outline.js';
import { bytesSource } from './testing/bytes-source.js';
import { tinyGguf, type TinyGguf } from './testing/tiny-gguf.js';

type Metadata = NonNullable<TinyGguf['metadata']>[number];

const outlineOf = async (...files: TinyGguf[]): Promise<ModelOutline> => {
  const headers = [];
  for (const file of files) headers.push(await readGgufHeader(bytesSource(tinyGguf(file))));
  return modelOutline(headers);
};
const architecture = (name: string): Metadata => ['general.architecture', 'string', name];
const count = (key: string, value: number): Metadata => [key, 'uint32', value];
const tokens = (size: number): Metadata => [
  'tokenizer.ggml.tokens',
  'array',
  'string',
  Array.from({ length: size }, (_, id) => `t${id}`),
];
const tensors = (...names: string[]) => names.map((name) => ({ name, shape: [4, 4] }));
const dense = (...blocks: number[]) =>
  tensors(...blocks.flatMap((block) => [`blk.${block}.attn_q.weight`, `blk.${block}.ffn_up.weight`]));
const model = (blocks: number, ...more: Metadata[]): Metadata[] => [
  architecture('qwen35'),
  count('qwen35.block_count', blocks),
  ...more,
];

describe('the outline of a model', () => {
  it('counts what is declared and what is there, over all shards', async () => {
    const outline = await outlineOf(
      {
        metadata: model(3, count('qwen35.nextn_predict_layers', 1), tokens(6)),
        tensors: [{ name: 'token_embd.weight', shape: [4, 5] }, ...dense(0)],
      },
      { tensors: dense(1) },
    );
    expect(outline).toMatchObject({
      architecture: 'qwen35',
      declaredBlocks: 3,
      mtpBlocks: 1,
      tokens: 6,
      embeddingRows: 5,
      tensorCount: 5,
    });
    expect([...outline.blocks]).toEqual([
      [0, new Set(['attn_q.weight', 'ffn_up.weight'])],
      [1, new Set(['attn_q.weight', 'ffn_up.weight'])],
    ]);
  });

  it.each<[string, TinyGguf, Partial<ModelOutline>]>([
    [
      'a count of another type',
      { metadata: [architecture('a'), ['a.block_count', 'string', '3']] },
      { declaredBlocks: null },
    ],
    [
      'a negative count',
      { metadata: [architecture('a'), ['a.block_count', 'int32', -1]] },
      { declaredBlocks: null },
    ],
    [
      'a count of 64 bits',
      { metadata: [architecture('a'), ['a.block_count', 'uint64', 7n]] },
      { declaredBlocks: 7 },
    ],
    ['no metadata', {}, { architecture: null, declaredBlocks: null, tokens: null, embeddingRows: null }],
  ])('%s', async (_, file, expected) => {
    expect(await outlineOf(file)).toMatchObject(expected);
  });
});

describe('what a GGUF is a part of', () => {
  it.each<[string | null, TinyGguf]>([
    [null, { metadata: model(2), tensors: dense(0, 1) }],
    ['a vocabulary', { metadata: model(2, tokens(4)) }],
    [
      'a projector of images or sound',
      { metadata: [architecture('clip')], tensors: tensors('v.blk.0.attn_q.weight') },
    ],
    [
      'a projector of images or sound',
      {
        metadata: [architecture('x'), ['general.type', 'string', 'mmproj']],
        tensors: tensors('mm.0.weight'),
      },
    ],
    [
      'an adapter',
      {
        metadata: [architecture('x'), ['general.type', 'string', 'adapter']],
        tensors: tensors('blk.0.a.lora_a'),
      },
    ],
    [
      'a predictor of further tokens (MTP)',
      { metadata: model(3, count('qwen35.nextn_predict_layers', 1)), tensors: dense(2) },
    ],
    [null, { metadata: model(3, count('qwen35.nextn_predict_layers', 1)), tensors: dense(0, 1, 2) }],
    // Encoders and decoders number their blocks in another way.
    [
      null,
      {
        metadata: [architecture('t5'), count('t5.block_count', 2)],
        tensors: tensors('enc.blk.0.attn_q.weight'),
      },
    ],
  ])('%s', async (part, file) => {
    expect(partOfModel(await outlineOf(file))).toBe(part);
  });
});

describe('what a model lacks', () => {
  const hybrid = [
    ...[0, 1, 2, 4, 5].flatMap((block) => [`blk.${block}.ssm_out.weight`, `blk.${block}.ffn_up.weight`]),
    ...[3, 7].flatMap((block) => [`blk.${block}.attn_q.weight`, `blk.${block}.ffn_up.weight`]),
  ];
  it.each<[string, TinyGguf, string | null, number[], string[]]>([
    [
      'the last block, for multi-token prediction',
      { metadata: model(3, count('qwen35.nextn_predict_layers', 1)), tensors: dense(0, 1) },
      'blk.2.attn_norm.weight',
      [2],
      [],
    ],
    ['blocks in the middle', { metadata: model(5), tensors: dense(0, 3) }, 'blk.1.x', [1, 2, 4], []],
    [
      'a tensor that blocks of its kind have, wherever it is lacking',
      { metadata: model(7), tensors: tensors(...hybrid, 'blk.6.ssm_out.weight') },
      'blk.6.ffn_up.weight',
      [],
      ['blk.6.ffn_up.weight'],
    ],
    [
      'a tensor of one of two blocks that are alike: the one that was asked for',
      { metadata: model(2), tensors: [...dense(0), ...tensors('blk.1.attn_q.weight')] },
      'blk.1.ffn_up.weight',
      [],
      ['blk.1.ffn_up.weight'],
    ],
    [
      'a tensor outside of blocks',
      { metadata: model(2), tensors: dense(0, 1) },
      'output_norm.weight',
      [],
      ['output_norm.weight'],
    ],
    ['nothing that a header shows', { metadata: model(2), tensors: dense(0, 1) }, null, [], []],
    [
      'a count beyond reason, which is not counted through',
      { metadata: model(4_000_000_000), tensors: dense(0) },
      null,
      [],
      [],
    ],
    [
      'blocks that are numbered in another way',
      {
        metadata: [architecture('t5'), count('t5.block_count', 2)],
        tensors: tensors('enc.blk.0.attn_q.weight'),
      },
      null,
      [],
      [],
    ],
  ])('%s', async (...[, file, named, blocks, lacking]) => {
    expect(lackingTensors(await outlineOf(file), named)).toEqual({ blocks, tensors: lacking });
  });

  it('all tensors of several damaged blocks', async () => {
    const names = [0, 1, 2, 3, 4].flatMap((block) => ['a', 'b', 'c'].map((name) => `blk.${block}.${name}`));
    const kept = names.filter((name) => !['blk.1.b', 'blk.3.b', 'blk.3.c'].includes(name));
    expect(
      lackingTensors(await outlineOf({ metadata: model(5), tensors: tensors(...kept) }), 'blk.1.b').tensors,
    ).toEqual(['blk.1.b', 'blk.3.b', 'blk.3.c']);
  });
});
