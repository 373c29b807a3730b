// A Llama-shaped model of random weights, small enough to run in a moment and real enough for every tool of
// llama.cpp.
import {
  bellIndex,
  bellValue,
  randomWords,
  squareRoot,
} from '../../../models/tiny-qwen35/checkpoint/random.mjs';
import { ggufBytes } from './gguf-bytes.mjs';

const LAYERS = 2;
const HEADS = 4;
const KV_HEADS = 2;
const CONTEXT = 2048;
const token = { normal: 1, unknown: 2, control: 3, byte: 6 };

/**
 * The GGUF of a model, and where each tensor's data begins. Tensors named in `notANumber` hold nothing but
 * NaN.
 */
export function tinyLlama({
  width = 256,
  feedForward = 2 * width,
  vocabulary = 260,
  seed = 1,
  notANumber = [],
} = {}) {
  const tensors = shapes(width, feedForward, vocabulary).map(([name, ...shape]) => ({
    name,
    shape,
    values: weights({ name, shape, seed, isBroken: notANumber.includes(name) }),
  }));
  return ggufBytes(metadata(width, feedForward, tokens(vocabulary)), tensors);
}

function shapes(width, feedForward, vocabulary) {
  const kv = (width / HEADS) * KV_HEADS;
  const blocks = Array.from({ length: LAYERS }, (_, layer) =>
    [
      ['attn_norm', width],
      ['attn_q', width, width],
      ['attn_k', width, kv],
      ['attn_v', width, kv],
      ['attn_output', width, width],
      ['ffn_norm', width],
      ['ffn_gate', width, feedForward],
      ['ffn_up', width, feedForward],
      ['ffn_down', feedForward, width],
    ].map(([name, ...shape]) => [`blk.${layer}.${name}.weight`, ...shape]),
  );
  return [
    ['token_embd.weight', width, vocabulary],
    ['output_norm.weight', width],
    ['output.weight', width, vocabulary],
    ...blocks.flat(),
  ];
}

function weights({ name, shape, seed, isBroken }) {
  const values = new Float32Array(shape.reduce((size, count) => size * count, 1));
  if (isBroken) return values.fill(NaN);
  if (shape.length === 1) return values.fill(1);
  const random = randomWords(seed, name);
  // Rows of length 1; wider for the logits, so that the tokens differ in probability.
  const deviation = (name === 'output.weight' ? 1.5 : 1) / squareRoot(shape[0]);
  return values.map(() => bellValue(bellIndex(random()), deviation));
}

/**
 * A vocabulary in the manner of SentencePiece: three special tokens, every byte, the space, and as many words
 * as there is room for.
 */
function tokens(count) {
  const list = [
    ['<unk>', token.unknown],
    ['<s>', token.control],
    ['</s>', token.control],
  ];
  for (let byte = 0; byte < 256; byte += 1)
    list.push([`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, token.byte]);
  list.push(['▁', token.normal]);
  while (list.length < count) list.push([`▁word${list.length}`, token.normal]);
  return list;
}

function metadata(width, feedForward, list) {
  return [
    ['general.architecture', 'string', 'llama'],
    ['general.name', 'string', 'tiny'],
    ['general.file_type', 'uint32', 0],
    ['llama.block_count', 'uint32', LAYERS],
    ['llama.context_length', 'uint32', CONTEXT],
    ['llama.embedding_length', 'uint32', width],
    ['llama.feed_forward_length', 'uint32', feedForward],
    ['llama.attention.head_count', 'uint32', HEADS],
    ['llama.attention.head_count_kv', 'uint32', KV_HEADS],
    ['llama.attention.layer_norm_rms_epsilon', 'float32', 1e-5],
    ['llama.rope.dimension_count', 'uint32', width / HEADS],
    ['llama.vocab_size', 'uint32', list.length],
    ['tokenizer.ggml.model', 'string', 'llama'],
    ['tokenizer.ggml.tokens', ['string'], list.map(([text]) => text)],
    ['tokenizer.ggml.scores', ['float32'], list.map((_, index) => -index)],
    ['tokenizer.ggml.token_type', ['int32'], list.map(([, type]) => type)],
    ['tokenizer.ggml.bos_token_id', 'uint32', 1],
    ['tokenizer.ggml.eos_token_id', 'uint32', 2],
    ['tokenizer.ggml.unknown_token_id', 'uint32', 0],
  ];
}
