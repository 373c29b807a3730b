// The hyper-parameters, with the proportions of Qwen3.5-0.8B at a fraction of its width.

const HEAD_SIZE = 64;
const FULL_ATTENTION_INTERVAL = 4;

/** The widest unit that every width is a multiple of: a super-block of the K-quants. */
export const SUPER_BLOCK = 256;

/**
 * The `config.json` of a text-only Qwen3.5: every fourth layer has full attention, the others are gated delta
 * nets. Embeddings are tied, as in the 0.8B model, so that `token_embd` is also the output matrix.
 */
export function configuration({ layers, hidden, vocabularySize, eosTokenId, padTokenId }) {
  const heads = hidden / HEAD_SIZE;
  return {
    architectures: ['Qwen3_5ForCausalLM'],
    model_type: 'qwen3_5_text',
    dtype: 'bfloat16',
    vocab_size: vocabularySize,
    hidden_size: hidden,
    intermediate_size: 3 * hidden,
    num_hidden_layers: layers,
    full_attention_interval: FULL_ATTENTION_INTERVAL,
    layer_types: Array.from({ length: layers }, (_, layer) =>
      (layer + 1) % FULL_ATTENTION_INTERVAL === 0 ? 'full_attention' : 'linear_attention',
    ),
    mtp_num_hidden_layers: 1,
    mtp_use_dedicated_embeddings: false,
    num_attention_heads: heads,
    num_key_value_heads: heads / 2,
    head_dim: HEAD_SIZE,
    attention_bias: false,
    attention_dropout: 0,
    attn_output_gate: true,
    linear_conv_kernel_dim: 4,
    linear_key_head_dim: HEAD_SIZE,
    linear_num_key_heads: heads,
    linear_value_head_dim: HEAD_SIZE,
    linear_num_value_heads: heads,
    mamba_ssm_dtype: 'float32',
    hidden_act: 'silu',
    rms_norm_eps: 1e-6,
    // A quarter of each head rotates: 16 dimensions, which are 8 pairs split over time, height and width.
    rope_parameters: {
      rope_type: 'default',
      rope_theta: 10_000_000,
      partial_rotary_factor: 0.25,
      mrope_interleaved: true,
      mrope_section: [3, 3, 2],
    },
    max_position_embeddings: 32768,
    initializer_range: 0.02,
    tie_word_embeddings: true,
    use_cache: true,
    bos_token_id: null,
    eos_token_id: eosTokenId,
    pad_token_id: padTokenId,
  };
}
