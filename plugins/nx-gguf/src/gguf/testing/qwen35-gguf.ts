import type { TinyGguf, TinyTensor } from './tiny-gguf.js';

/** The shape of a Qwen3.5 model as convert_hf_to_gguf.py writes it: every fourth layer has full attention. */
export interface Qwen35Shape {
  readonly layers: number;
  readonly hidden: number;
  readonly feedForward: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly linearHeads: number;
  readonly linearHeadSize: number;
  readonly vocabulary: number;
}

/** The shape of Qwen3.5-0.8B. */
export const qwen35Small: Qwen35Shape = {
  layers: 24,
  hidden: 1024,
  feedForward: 3584,
  heads: 8,
  keyValueHeads: 2,
  headSize: 256,
  linearHeads: 16,
  linearHeadSize: 128,
  vocabulary: 151_936,
};

/**
 * A Qwen3.5 model of a shape, without the multi-token predictor: names and keys as the converter writes them
 * (gguf-py/gguf/constants.py).
 */
export function qwen35Gguf(shape: Qwen35Shape): TinyGguf {
  return {
    metadata: metadata(shape),
    tensors: [
      bf16('token_embd.weight', shape.hidden, shape.vocabulary),
      ...Array.from({ length: shape.layers }, (_, layer) => block(shape, layer)).flat(),
      f32('output_norm.weight', shape.hidden),
    ],
  };
}

function isFullAttention(layer: number): boolean {
  return layer % 4 === 3;
}

function metadata(shape: Qwen35Shape): NonNullable<TinyGguf['metadata']> {
  const count = (key: string, value: number) => [`qwen35.${key}`, 'uint32', value] as const;
  return [
    ['general.architecture', 'string', 'qwen35'],
    ['general.type', 'string', 'model'],
    ['general.file_type', 'uint32', 32],
    ['general.quantization_version', 'uint32', 2],
    count('block_count', shape.layers),
    count('context_length', 32_768),
    count('embedding_length', shape.hidden),
    count('feed_forward_length', shape.feedForward),
    count('attention.head_count', shape.heads),
    count('attention.head_count_kv', shape.keyValueHeads),
    ['qwen35.rope.dimension_sections', 'array', 'int32', [11, 11, 10, 0]],
    ['qwen35.rope.freq_base', 'float32', 10_000_000],
    ['qwen35.attention.layer_norm_rms_epsilon', 'float32', 1e-6],
    count('attention.key_length', shape.headSize),
    count('attention.value_length', shape.headSize),
    count('ssm.conv_kernel', 4),
    count('ssm.state_size', shape.linearHeadSize),
    count('ssm.group_count', shape.linearHeads),
    count('ssm.time_step_rank', shape.linearHeads),
    count('ssm.inner_size', shape.linearHeads * shape.linearHeadSize),
    [
      'qwen35.attention.recurrent_layers',
      'array',
      'bool',
      Array.from({ length: shape.layers }, (_, layer) => !isFullAttention(layer)),
    ],
    count('full_attention_interval', 4),
    count('rope.dimension_count', shape.headSize / 4),
    ['tokenizer.ggml.model', 'string', 'gpt2'],
    ['tokenizer.ggml.pre', 'string', 'qwen2'],
    [
      'tokenizer.ggml.tokens',
      'array',
      'string',
      Array.from({ length: shape.vocabulary }, (_, id) => `t${id}`),
    ],
  ];
}

function block(shape: Qwen35Shape, layer: number): TinyTensor[] {
  const at = (name: string) => `blk.${layer}.${name}`;
  const { hidden, feedForward } = shape;
  return [
    f32(at('attn_norm.weight'), hidden),
    ...(isFullAttention(layer) ? fullAttention(shape, at) : linearAttention(shape, at)),
    bf16(at('ffn_down.weight'), feedForward, hidden),
    bf16(at('ffn_gate.weight'), hidden, feedForward),
    bf16(at('ffn_up.weight'), hidden, feedForward),
    f32(at('post_attention_norm.weight'), hidden),
  ];
}

function fullAttention(
  { hidden, heads, keyValueHeads, headSize }: Qwen35Shape,
  at: (name: string) => string,
): TinyTensor[] {
  return [
    f32(at('attn_k_norm.weight'), headSize),
    bf16(at('attn_k.weight'), hidden, keyValueHeads * headSize),
    bf16(at('attn_output.weight'), heads * headSize, hidden),
    f32(at('attn_q_norm.weight'), headSize),
    bf16(at('attn_q.weight'), hidden, 2 * heads * headSize),
    bf16(at('attn_v.weight'), hidden, keyValueHeads * headSize),
  ];
}

function linearAttention(
  { hidden, linearHeads, linearHeadSize }: Qwen35Shape,
  at: (name: string) => string,
): TinyTensor[] {
  const width = linearHeads * linearHeadSize;
  return [
    f32(at('ssm_a'), linearHeads),
    f32(at('ssm_conv1d.weight'), 4, 3 * width),
    f32(at('ssm_dt.bias'), linearHeads),
    bf16(at('ssm_alpha.weight'), hidden, linearHeads),
    bf16(at('ssm_beta.weight'), hidden, linearHeads),
    bf16(at('attn_qkv.weight'), hidden, 3 * width),
    bf16(at('attn_gate.weight'), hidden, width),
    f32(at('ssm_norm.weight'), linearHeadSize),
    bf16(at('ssm_out.weight'), width, hidden),
  ];
}

function f32(name: string, ...shape: number[]): TinyTensor {
  return { name, shape };
}

function bf16(name: string, ...shape: number[]): TinyTensor {
  return { name, shape, type: 'bf16' };
}
