import { lostWeights, type CheckpointConfig } from './lost-weights.js';

const layers = (count: number, prefix = 'model.') =>
  Array.from({ length: count }, (_, index) => `${prefix}layers.${index}.mlp.up_proj.weight`);
const causal = { architectures: ['Qwen3ForCausalLM'], num_hidden_layers: 3 };

describe('weights that a conversion loses', () => {
  it.each<[string, Partial<CheckpointConfig>, RegExp | null]>([
    ['as declared', { config: causal, tensors: layers(3) }, null],
    [
      'a layer more',
      { config: causal, tensors: layers(4) },
      /weights of 4 layers, and config\.json declares 3/,
    ],
    ['nested', { config: { text_config: causal }, tensors: layers(5, 'model.language_model.') }, /5 layers/],
    ['other names', { config: causal, tensors: ['transformer.h.3.a.weight'] }, /4 layers/],
    ['layers of a predictor', { config: causal, tensors: [...layers(3), 'mtp.layers.7.a.weight'] }, null],
    [
      'a predictor behind the layers',
      { config: { ...causal, num_nextn_predict_layers: 1 }, tensors: layers(4) },
      null,
    ],
    [
      'more vision layers',
      { config: causal, tensors: ['visual.layers.9.a', 'vision_tower.encoder.layers.9.a'] },
      null,
    ],
    ['GPT-2', { config: { n_layer: 3 }, tensors: ['h.3.attn.weight'] }, /4 layers.*3 \("n_layer"\)/],
    ['MPT', { config: { n_layers: 3 }, tensors: ['transformer.blocks.3.a'] }, /3 \("n_layers"\)/],
    ['ChatGLM', { config: { num_layers: 3 }, tensors: ['transformer.encoder.layers.3.a'] }, /"num_layers"/],
    ['GPT-NeoX', { config: causal, tensors: ['gpt_neox.layers.3.a'] }, /4 layers/],
    ['Mamba', { config: { n_layer: 3 }, tensors: ['backbone.layers.3.mixer.a'] }, /4 layers/],
    ['BERT', { config: causal, tensors: ['bert.encoder.layer.3.a'] }, /4 layers/],
    ['T5, encoding', { config: { num_layers: 3 }, tensors: ['encoder.block.3.layer.0.a'] }, /"num_layers"/],
    [
      'T5, decoding',
      {
        config: { num_layers: 3, num_decoder_layers: 2 },
        tensors: ['encoder.block.2.layer.1.a', 'decoder.block.2.layer.0.a'],
      },
      /3 layers.*2 \("num_decoder_layers"\)/,
    ],
    ['T5 as declared', { config: { num_layers: 3 }, tensors: ['decoder.block.2.layer.2.a'] }, null],
    ['InternVL', { config: { llm_config: causal }, tensors: layers(5, 'language_model.model.') }, /5 layers/],
    ['Omni', { config: { thinker_config: { text_config: causal } }, tensors: layers(4) }, /4 layers/],
    [
      'a number outside of the nested part',
      { config: { ...causal, text_config: {} }, tensors: layers(4) },
      /4 layers/,
    ],
    [
      'two numbers',
      { config: { ...causal, n_layers: 4 }, tensors: layers(4) },
      /4 layers \("n_layers"\) and 3 \("num_hidden_layers"\): the converter takes "n_layers"/,
    ],
    ['others beside the usual one', { config: { ...causal, num_layers: 9 }, tensors: layers(3) }, null],
    ['two that agree', { config: { ...causal, n_layer: 3 }, tensors: layers(3) }, null],
    ['no number', { config: {}, tensors: layers(4) }, null],
    ['no names', { config: { ...causal, tie_word_embeddings: false }, tensors: [] }, null],
    [
      'a lost head',
      { config: { ...causal, tie_word_embeddings: false }, tensors: layers(3) },
      /"tie_word_embeddings": false.*lm_head\.weight/,
    ],
    ['tied', { config: { ...causal, tie_word_embeddings: true }, tensors: layers(3) }, null],
    [
      'tied beside a head of its own',
      {
        config: { ...causal, tie_word_embeddings: true },
        tensors: [...layers(3), 'lm_head.weight'],
        isHeadKept: true,
      },
      /"tie_word_embeddings": true.*lm_head\.weight/,
    ],
    [
      'tied beside a head that the converter leaves out',
      { config: { ...causal, tie_word_embeddings: true }, tensors: [...layers(3), 'lm_head.weight'] },
      null,
    ],
    [
      'a head',
      { config: { ...causal, tie_word_embeddings: false }, tensors: [...layers(3), 'lm_head.weight'] },
      null,
    ],
    [
      'an embedding model',
      { config: { ...causal, tie_word_embeddings: false }, tensors: layers(3), files: ['modules.json'] },
      null,
    ],
    [
      'mtp of none',
      { config: causal, tensors: layers(3), settings: { mtp: false } },
      /convert\.mtp changes nothing/,
    ],
    ['mtp of weights', { config: causal, tensors: ['mtp.norm.weight'], settings: { mtp: false } }, null],
    [
      'mtp that is declared',
      { config: { ...causal, mtp_num_hidden_layers: 1 }, tensors: layers(3), settings: { mtp: false } },
      null,
    ],
    [
      'weights that were quantized before',
      { config: { ...causal, quantization_config: { quant_method: 'fp8' } }, tensors: layers(3) },
      /quantized already \("quantization_config" of config\.json: fp8\)/,
    ],
    [
      'weights that stay as they are',
      { config: { ...causal, quantization_config: { quant_method: 'mxfp4' } }, tensors: layers(3) },
      null,
    ],
    ['mtp that is kept', { config: causal, tensors: layers(3), settings: { mtp: true } }, null],
  ])('%s', (...[, given, finding]) => {
    const found = lostWeights({
      config: {},
      tensors: [],
      files: [],
      settings: {},
      isHeadKept: false,
      ...given,
    });
    expect(found).toEqual(finding === null ? [] : [expect.stringMatching(finding)]);
  });
});
