import { counted } from '../../core/counted.js';

/** What decides which weights of a checkpoint a conversion takes. */
export interface CheckpointConfig {
  /** config.json as an object. */
  config: Readonly<Record<string, unknown>>;
  /** Names of its tensors. */
  tensors: readonly string[];
  /** Names of its files. */
  files: readonly string[];
  settings: { mtp?: boolean | undefined };
  /** True when the GGUF has an output matrix of its own. */
  isHeadKept: boolean;
}

/** Fields for the number of layers, in the order of the converter (TextModel of conversion/base.py). */
const layerFields = ['n_layers', 'num_hidden_layers', 'n_layer', 'num_layers'] as const;
/** Places of the text model in the configuration of a larger one; the converter takes the last (load_hparams). */
const textFields = ['text_config', 'llm_config', 'lm_config', 'thinker_config', 'language_config', 'lfm'];

const wrapper = 'model|language_model|text_model|transformer|gpt_neox|backbone|rwkv|bert|roberta';
/** Layers of the text model, as conversion/ and gguf-py/gguf/tensor_mapping.py of llama.cpp call them. */
const layer = new RegExp(
  `^(?:(?:${wrapper})\\.)*(?:(?:encoder\\.)?layers?|encoder\\.block|h|blocks)\\.(\\d+)\\.`,
);
const decoderLayer = /^decoder\.block\.(\d+)\./;
const head = /(?:^|\.)(?:lm_head|output|embed_out)\.weight$/;
const predictor = /(?:^|\.)(?:mtp|nextn|mtp_layers)\./;

/**
 * Weights that config.json and the checkpoint do not agree on, and that the converter passes over without a
 * word: layers beyond those that are declared, an output matrix that is declared and not there or the other way
 * round, `convert.mtp` where there is no multi-token prediction, and weights that were rounded before.
 */
export function lostWeights({ config, tensors, files, settings, isHeadKept }: CheckpointConfig): string[] {
  if (tensors.length === 0) return [];
  const text = textConfig(config);
  return [
    ...lostLayers(text, tensors),
    ...lostHead({ config, text, tensors, files, isHeadKept }),
    ...needlessMtp(text, tensors, settings),
    ...quantizedAlready(config, text),
  ];
}

function lostLayers(text: Readonly<Record<string, unknown>>, tensors: readonly string[]): string[] {
  const field = layerFields.find((name) => text[name] !== undefined) ?? '';
  const declared = numberIn(text, field);
  if (declared === null) return [];
  const usual = numberIn(text, 'num_hidden_layers') ?? declared;
  const predicting = numberIn(text, 'num_nextn_predict_layers') ?? 0;
  return [
    ...(usual === declared
      ? []
      : [
          `config.json says ${counted(declared, 'layer')} ("${field}") and ${usual} ("num_hidden_layers"): the converter takes "${field}", and transformers mostly the other`,
        ]),
    ...beyond(layer, { field, declared: declared + predicting, tensors }),
    // A model that encodes and decodes has a number for the layers that decode, where that is another one.
    ...beyond(decoderLayer, {
      field: 'num_decoder_layers',
      declared: numberIn(text, 'num_decoder_layers') ?? declared,
      tensors,
    }),
  ];
}

function beyond(
  names: RegExp,
  { field, declared, tensors }: { field: string; declared: number; tensors: readonly string[] },
): string[] {
  const most =
    tensors.reduce((highest, name) => Math.max(highest, Number(names.exec(name)?.[1] ?? -1)), -1) + 1;
  return most <= declared
    ? []
    : [
        `the checkpoint has weights of ${most} layers, and config.json declares ${declared} ("${field}"): those of layer ${declared} and after it are lost, or take the place of others`,
      ];
}

/** Embedding models have no output matrix whatever their configuration says. */
function lostHead({
  config,
  text,
  tensors,
  files,
  isHeadKept,
}: Omit<CheckpointConfig, 'settings'> & { text: Readonly<Record<string, unknown>> }): string[] {
  const { architectures } = config;
  const predicts =
    Array.isArray(architectures) &&
    architectures.some((name) => /For(?:CausalLM|Conditional)/.test(String(name)));
  const isTied = text['tie_word_embeddings'] ?? config['tie_word_embeddings'];
  if (isTied === true && isHeadKept)
    return [
      'config.json says that the output matrix is the token embeddings ("tie_word_embeddings": true), and the checkpoint has one of its own (lm_head.weight), which the GGUF has too: llama.cpp takes it, and transformers 4 takes the embeddings. Where both are equal, a checkpoint without it makes a smaller GGUF; where they differ, is "tie_word_embeddings" right?',
    ];
  return isTied === false &&
    predicts &&
    !files.includes('modules.json') &&
    !tensors.some((name) => head.test(name))
    ? [
        'config.json says that the output matrix is one of its own ("tie_word_embeddings": false), and the checkpoint has none (lm_head.weight): llama.cpp takes the token embeddings in its place',
      ]
    : [];
}

function needlessMtp(
  text: Readonly<Record<string, unknown>>,
  tensors: readonly string[],
  { mtp }: { mtp?: boolean | undefined },
): string[] {
  const declared =
    (numberIn(text, 'mtp_num_hidden_layers') ?? 0) + (numberIn(text, 'num_nextn_predict_layers') ?? 0);
  return mtp === false && declared === 0 && !tensors.some((name) => predictor.test(name))
    ? ['convert.mtp changes nothing: the checkpoint has no multi-token prediction (MTP)']
    : [];
}

/** MXFP4 weights come into the GGUF as they are; others come as numbers that were rounded before. */
function quantizedAlready(
  config: Readonly<Record<string, unknown>>,
  text: Readonly<Record<string, unknown>>,
): string[] {
  const settings = config['quantization_config'] ?? text['quantization_config'];
  if (typeof settings !== 'object' || settings === null) return [];
  const { quant_method: method } = settings as Record<string, unknown>;
  return typeof method !== 'string' || method === 'mxfp4'
    ? []
    : [
        `the checkpoint is quantized already ("quantization_config" of config.json: ${method}): variants are made from what the converter makes of it, and measured against that. If there is an unquantized checkpoint, name it as source`,
      ];
}

/** A configuration as the converter reads it: what a larger one says of its text model goes before the rest. */
export function textConfig(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const nested = textFields.findLast((field) => isObject(config[field]));
  const found = nested === undefined ? {} : (config[nested] as Record<string, unknown>);
  const inner = nested === 'thinker_config' && isObject(found['text_config']) ? found['text_config'] : found;
  return { ...config, ...inner };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberIn(config: Readonly<Record<string, unknown>>, key: string): number | null {
  const value = config[key];
  return typeof value === 'number' ? value : null;
}
