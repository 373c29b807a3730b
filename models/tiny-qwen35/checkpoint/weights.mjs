// The tensors of the checkpoint, named as transformers names those of Qwen3_5ForCausalLM.
import { BELL_VALUES, bellIndex, bellValue, bfloat16, randomWords, squareRoot } from './random.mjs';

// A random network predicts nothing, but it must not be degenerate either. At these scales the logits spread
// like a real model's, the last token's embedding does not decide them alone, and the error of a quantized
// matrix grows from layer to layer only so much that the divergences of Q4_K_M to Q6_K stay apart. They were
// chosen by trial to give the divergences that were published for the real 0.8B model, roughly; the likeness
// is therefore no evidence of anything.
const EMBEDDING_DEVIATION = 1 / 8;
const BRANCH_DEVIATION = 3 / 32; // what a layer's mixer or feed-forward adds to the residual stream
const LOGIT_DEVIATION = 1;
const QUERY_KEY_NORM = 1.25; // the larger, the sharper the attention, and the more it magnifies errors
// One channel in sixteen holds how common a token is and passes through the layers almost untouched; the
// output matrix, which is the embedding, turns it into Zipf's law. Without it the perplexity would exceed the
// size of the vocabulary.
const RANK_CHANNELS = 1 / 16;
const RANK_HIGHEST = 0.5;
const RANK_STEP = 1 / 32; // for each doubling of the rank
const RANK_OFFSET = 64; // the first ids are single bytes, about equally common
const RANK_INPUT_NORM = 1 / 8;
const RANK_OUTPUT_GAIN = 28;
const RANK_LEAKAGE = 1 / 16;

/** The tensors of a configuration in the order they are written, each `{ name, dtype, shape, fill }`. */
export function checkpointTensors(config, seed) {
  const rankChannels = config.hidden_size * RANK_CHANNELS;
  const make = tensorMaker({ seed, rankChannels });
  return [
    make.embedding('model.embed_tokens.weight', [config.vocab_size, config.hidden_size]),
    ...config.layer_types.flatMap((type, layer) => block(`model.layers.${layer}`, type, { config, make })),
    make.norm('model.norm.weight', config.hidden_size, outputNorm(config)),
    ...predictor(config, make),
  ];
}

function block(prefix, type, { config, make }) {
  return [
    make.norm(`${prefix}.input_layernorm.weight`, config.hidden_size, { rank: RANK_INPUT_NORM }),
    ...(type === 'full_attention' ? fullAttention : linearAttention)(prefix, config, make),
    make.norm(`${prefix}.post_attention_layernorm.weight`, config.hidden_size, { rank: RANK_INPUT_NORM }),
    make.projection(`${prefix}.mlp.gate_proj.weight`, [config.intermediate_size, config.hidden_size]),
    make.projection(`${prefix}.mlp.up_proj.weight`, [config.intermediate_size, config.hidden_size]),
    make.branch(`${prefix}.mlp.down_proj.weight`, [config.hidden_size, config.intermediate_size], 2),
  ];
}

/** The block that predicts the token after next. The converter insists on it; evaluation does not run it. */
function predictor(config, make) {
  const width = config.hidden_size;
  return [
    make.projection('mtp.fc.weight', [width, 2 * width]),
    make.norm('mtp.pre_fc_norm_embedding.weight', width, { rank: RANK_INPUT_NORM }),
    make.norm('mtp.pre_fc_norm_hidden.weight', width, { rank: RANK_INPUT_NORM }),
    ...Array.from({ length: config.mtp_num_hidden_layers }, (_, layer) =>
      block(`mtp.layers.${layer}`, 'full_attention', { config, make }),
    ).flat(),
    make.norm('mtp.norm.weight', width, outputNorm(config)),
  ];
}

/** The last norm's weights, which set the spread of the logits whatever the width. */
function outputNorm({ hidden_size: width }) {
  const level = LOGIT_DEVIATION / (EMBEDDING_DEVIATION * squareRoot(width));
  return { level, rank: RANK_OUTPUT_GAIN / (width * RANK_CHANNELS) };
}

function fullAttention(prefix, config, make) {
  const width = config.num_attention_heads * config.head_dim;
  const keyWidth = config.num_key_value_heads * config.head_dim;
  return [
    // Queries and their gates.
    make.projection(`${prefix}.self_attn.q_proj.weight`, [2 * width, config.hidden_size]),
    make.projection(`${prefix}.self_attn.k_proj.weight`, [keyWidth, config.hidden_size]),
    make.projection(`${prefix}.self_attn.v_proj.weight`, [keyWidth, config.hidden_size]),
    // Attention averages values away.
    make.branch(`${prefix}.self_attn.o_proj.weight`, [config.hidden_size, width], 4),
    make.norm(`${prefix}.self_attn.q_norm.weight`, config.head_dim, { level: QUERY_KEY_NORM }),
    make.norm(`${prefix}.self_attn.k_norm.weight`, config.head_dim, { level: QUERY_KEY_NORM }),
  ];
}

function linearAttention(prefix, config, make) {
  const heads = config.linear_num_value_heads;
  const keyWidth = config.linear_num_key_heads * config.linear_key_head_dim;
  const valueWidth = heads * config.linear_value_head_dim;
  const mixedWidth = 2 * keyWidth + valueWidth;
  const name = (part) => `${prefix}.linear_attn.${part}`;
  return [
    make.projection(name('in_proj_qkv.weight'), [mixedWidth, config.hidden_size]),
    make.projection(name('in_proj_z.weight'), [valueWidth, config.hidden_size]),
    make.projection(name('in_proj_b.weight'), [heads, config.hidden_size]),
    make.projection(name('in_proj_a.weight'), [heads, config.hidden_size]),
    make.projection(name('conv1d.weight'), [mixedWidth, 1, config.linear_conv_kernel_dim]),
    // The first head's state halves in about two tokens, the last one's, of four heads, in about forty.
    make.values(name('dt_bias'), 'BF16', heads, (head) => -1 - (4 * head) / heads),
    // Zero, because the converter stores -exp(A_log): the exponential of zero is the same on every machine.
    make.values(name('A_log'), 'F32', heads, () => 0),
    make.values(name('norm.weight'), 'F32', config.linear_value_head_dim, () => 1),
    make.branch(name('out_proj.weight'), [config.hidden_size, valueWidth], 2),
  ];
}

function tensorMaker({ seed, rankChannels }) {
  const matrix = (name, shape, deviationOfRow) => {
    let words;
    const width = shape.slice(1).reduce((product, dimension) => product * dimension, 1);
    const fill = (values, start) => {
      if (start === 0) words = randomWords(seed, name);
      for (let index = 0; index < values.length; index += 1) {
        values[index] = bellTable(deviationOfRow(Math.floor((start + index) / width)))[bellIndex(words())];
      }
    };
    return { name, dtype: 'BF16', shape, fill };
  };
  const values = (name, dtype, length, value) => {
    const convert = dtype === 'BF16' ? bfloat16 : (number) => number;
    const fill = (target, start) =>
      target.forEach((_, index) => (target[index] = convert(value(start + index))));
    return { name, dtype, shape: [length], fill };
  };
  return {
    values,
    /** A matrix that keeps the size of what it is applied to. */
    projection(name, shape) {
      const deviation = 1 / squareRoot(shape.at(-1));
      return matrix(name, shape, () => deviation);
    },
    /**
     * A matrix whose result is added to the residual stream; `gain` makes up for what gates and averages took
     * away.
     */
    branch(name, shape, gain) {
      const deviation = (BRANCH_DEVIATION * gain) / squareRoot(shape[1]);
      return matrix(name, shape, (row) => (row < rankChannels ? deviation * RANK_LEAKAGE : deviation));
    },
    /** A norm's weight, stored less one as Qwen3.5 does; `rank` is the weight of the rank channels. */
    norm(name, length, { level = 1, rank = level }) {
      return values(
        name,
        'BF16',
        length,
        (channel) => (rank !== level && channel < rankChannels ? rank : level) - 1,
      );
    },
    embedding(name, shape) {
      let words;
      const table = bellTable(EMBEDDING_DEVIATION);
      const width = shape[1];
      const fill = (target, start) => {
        if (start === 0) words = randomWords(seed, name);
        for (let index = 0; index < target.length; index += 1) {
          const token = Math.floor((start + index) / width);
          const channel = (start + index) % width;
          const sign = channel % 2 === 0 ? 1 : -1;
          target[index] =
            channel < rankChannels ? bfloat16(sign * commonness(token)) : table[bellIndex(words())];
        }
      };
      return { name, dtype: 'BF16', shape, fill };
    },
  };
}

/**
 * How common a token is on a logarithmic scale, from its id alone: byte-pair merges are numbered by
 * frequency.
 */
function commonness(token) {
  const rank = token + RANK_OFFSET;
  const exponent = 31 - Math.clz32(rank);
  return RANK_HIGHEST - RANK_STEP * (exponent + rank / 2 ** exponent - 7);
}

const tables = new Map();

function bellTable(deviation) {
  let table = tables.get(deviation);
  if (table === undefined) {
    table = Uint16Array.from({ length: BELL_VALUES }, (_, index) => bfloat16(bellValue(index, deviation)));
    tables.set(deviation, table);
  }
  return table;
}
