import { seededRandom } from '../../src/core/seeded-random.js';
import { tinyGguf, type TinyGguf, type TinyTensor } from '../../src/gguf/testing/tiny-gguf.js';
import { tensorSizeBytes, type TensorTypeName } from '../../src/gguf/tensor-type.js';

type Metadata = NonNullable<TinyGguf['metadata']>;

/*
 * llama-quantize looks at names, row lengths and hyperparameters, not at whether the shapes fit together: few
 * rows are enough to take the same decisions as for a real model.
 */

/** A model as test code describes it. */
export interface MadeModel {
  readonly metadata: Metadata;
  readonly tensors: readonly TinyTensor[];
}

/** A dense Llama of 8 layers in bf16, with an output tensor of its own. */
export function madeLlama(): MadeModel {
  return model('llama', [['llama.feed_forward_length', 'uint32', 512]], (random) => {
    const layers = Array.from({ length: 8 }, (_, layer) => [
      ...attention(layer, random),
      random(`blk.${layer}.ffn_gate.weight`, [256, 32]),
      random(`blk.${layer}.ffn_up.weight`, [256, 32]),
      random(`blk.${layer}.ffn_down.weight`, [512, 16]),
    ]);
    // Not in llama-quantize's order, and with a trailing dimension of one, which it drops.
    return [
      ...layers.reverse().flat(),
      random('output.weight', [256, 48]),
      random('output_norm.weight', [256, 1], 'f32'),
      random('token_embd.weight', [256, 48]),
    ];
  });
}

/** A mixture of 8 experts in f16, whose rows of 96 elements fit no block of 256. */
export function madeMixture(): MadeModel {
  const more: Metadata = [
    ['llama.feed_forward_length', 'uint32', 96],
    ['llama.expert_count', 'uint32', 8],
    ['llama.expert_used_count', 'uint32', 2],
  ];
  return model('llama', more, (random) => [
    random('token_embd.weight', [256, 48], 'f16'),
    random('output_norm.weight', [256], 'f32'),
    ...Array.from({ length: 8 }, (_, layer) => [
      ...attention(layer, random, 'f16'),
      random(`blk.${layer}.ffn_gate_inp.weight`, [256, 8], 'f32'),
      random(`blk.${layer}.ffn_gate_exps.weight`, [256, 12, 8], 'f16'),
      random(`blk.${layer}.ffn_up_exps.weight`, [256, 12, 8], 'f16'),
      random(`blk.${layer}.ffn_down_exps.weight`, [96, 16, 8], 'f16'),
    ]).flat(),
  ]);
}

/** The model as one GGUF. */
export function asFile({ metadata, tensors }: MadeModel): Uint8Array {
  return tinyGguf({ metadata, tensors });
}

/** The model as shards, with the keys that llama.cpp's own splitter writes. */
export function asShards({ metadata, tensors }: MadeModel, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const first = Math.floor((tensors.length * index) / count);
    const split: Metadata = [
      ['split.no', 'uint16', index],
      ['split.count', 'uint16', count],
      ['split.tensors.count', 'int32', tensors.length],
    ];
    return tinyGguf({
      metadata: index === 0 ? [...metadata.slice(0, 2), ...split, ...metadata.slice(2)] : split,
      tensors: tensors.slice(first, Math.floor((tensors.length * (index + 1)) / count)),
    });
  });
}

/** An importance matrix for the model, in GGUF; `change` gives other data to the tensors it names. */
export function imatrixOf(
  { tensors }: Pick<MadeModel, 'tensors'>,
  { change = [], leaveOut = [] }: { change?: readonly string[]; leaveOut?: readonly string[] } = {},
): Uint8Array {
  const weighted = tensors.filter(
    ({ name, shape }) =>
      name.endsWith('.weight') &&
      shape.length > 1 &&
      !/norm|token_embd|gate_inp/.test(name) &&
      !leaveOut.includes(name),
  );
  return tinyGguf({
    metadata: [
      ['general.type', 'string', 'imatrix'],
      ['imatrix.datasets', 'array', 'string', ['test.txt']],
      ['imatrix.chunk_count', 'uint32', 4],
      ['imatrix.chunk_size', 'uint32', 512],
    ],
    tensors: weighted.flatMap(({ name, shape }) => {
      const [row = 1, , experts = 1] = shape.map(Number);
      const random = seededRandom(hash(name) + (change.includes(name) ? 1 : 0));
      const sums = Float32Array.from({ length: row * experts }, () => random() * random() * 9);
      return [
        { name: `${name}.in_sum2`, shape: experts > 1 ? [row, experts] : [row], data: bytesOf(sums) },
        {
          name: `${name}.counts`,
          shape: experts > 1 ? [1, experts] : [1],
          data: bytesOf(
            Float32Array.from({ length: experts }, (_, expert) => (expert === 3 ? 0 : 40 + expert)),
          ),
        },
      ];
    }),
  });
}

/** A matrix in the format that llama.cpp used before; `change` gives other data to the tensors it names. */
export function legacyImatrixOf(
  { tensors }: Pick<MadeModel, 'tensors'>,
  { change = [] }: { change?: readonly string[] } = {},
): Uint8Array {
  const weighted = tensors.filter(
    ({ name, shape }) =>
      name.endsWith('.weight') && shape.length > 1 && !/norm|token_embd|gate_inp/.test(name),
  );
  const parts = weighted.flatMap(({ name, shape }) => {
    const [row = 1, , experts = 1] = shape.map(Number);
    const random = seededRandom(hash(name) + (change.includes(name) ? 1 : 0));
    return [
      int32(name.length),
      new TextEncoder().encode(name),
      int32(4),
      int32(row * experts),
      bytesOf(Float32Array.from({ length: row * experts }, () => random() * 9)),
    ];
  });
  const dataset = new TextEncoder().encode('test.txt');
  return Buffer.concat([int32(weighted.length), ...parts, int32(4), int32(dataset.length), dataset]);
}

type RandomTensor = (name: string, shape: readonly number[], type?: TensorTypeName) => TinyTensor;

function model(
  architecture: string,
  more: Metadata,
  tensors: (random: RandomTensor) => TinyTensor[],
): MadeModel {
  return {
    metadata: [
      ['general.architecture', 'string', architecture],
      ['general.name', 'string', 'made for tests'],
      [`${architecture}.context_length`, 'uint32', 512],
      [`${architecture}.embedding_length`, 'uint32', 256],
      [`${architecture}.block_count`, 'uint32', 8],
      [`${architecture}.attention.head_count`, 'uint32', 4],
      [`${architecture}.attention.head_count_kv`, 'uint32', 2],
      [`${architecture}.attention.layer_norm_rms_epsilon`, 'float32', 1e-6],
      ...more,
      ['general.file_type', 'uint32', 32],
      ['tokenizer.ggml.model', 'string', 'gpt2'],
      ['tokenizer.ggml.tokens', 'array', 'string', Array.from({ length: 320 }, (_, token) => `t${token}`)],
      ['tokenizer.ggml.flags', 'array', 'bool', [true, false, true]],
    ],
    tensors: tensors(randomTensor),
  };
}

function attention(layer: number, random: RandomTensor, type: TensorTypeName = 'bf16'): TinyTensor[] {
  return [
    random(`blk.${layer}.attn_norm.weight`, [256], 'f32'),
    random(`blk.${layer}.attn_q.weight`, [256, 32], type),
    random(`blk.${layer}.attn_k.weight`, [256, 16], type),
    random(`blk.${layer}.attn_v.weight`, [256, 16], type),
    random(`blk.${layer}.attn_output.weight`, [256, 32], type),
    random(`blk.${layer}.ffn_norm.weight`, [256], 'f32'),
  ];
}

function randomTensor(name: string, shape: readonly number[], type: TensorTypeName = 'bf16'): TinyTensor {
  const random = seededRandom(hash(name));
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, () => (random() + random() + random() - 1.5) * 0.1);
  const words = new Uint32Array(values.buffer);
  const data =
    type === 'f32'
      ? bytesOf(values)
      : bytesOf(Uint16Array.from(words, type === 'bf16' ? (word) => word >>> 16 : halfOf));
  if (data.length !== tensorSizeBytes(type, shape)) throw new Error(`${name} has ${data.length} bytes`);
  return { name, shape, type, data };
}

/** The half-precision bits of a small normal single-precision number, cut off. */
function halfOf(word: number): number {
  const exponent = ((word >>> 23) & 0xff) - 112;
  return exponent <= 0 ? 0 : ((word >>> 16) & 0x8000) | (exponent << 10) | ((word >>> 13) & 0x3ff);
}

function bytesOf(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function int32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

function hash(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 7);
}
