import { counted } from '../../core/counted.js';
import { GgufError } from '../../core/errors.js';
import { lackingTensors } from '../../gguf/lacking-tensors.js';
import type { ModelOutline } from '../../gguf/model-outline.js';
import type { LoadFailure } from '../../kld/tool/load-check.js';
import { numberRanges } from '../../report/number-ranges.js';

/** Whether a GGUF was converted here or made by somebody else: what helps differs. */
export type ModelOrigin = 'converted' | 'reference';

/** What is known of a model that was not loaded. */
export interface NotLoaded {
  failure: LoadFailure;
  outline: ModelOutline;
  origin: ModelOrigin;
  /** The tool's last lines. */
  tail: readonly string[];
}

/**
 * The error for a model that llama.cpp cannot load: what it said, what the header shows, and what helps. Weights
 * that are no numbers are an error of their own.
 */
export function modelNotLoaded(file: string, { failure, outline, origin, tail }: NotLoaded): GgufError {
  const { invalid } = failure;
  if (invalid.length > 0)
    return new GgufError(
      'WEIGHTS_NOT_FINITE',
      `${file}: values that are NaN or infinite, or blocks with such a scale, in ${listed([...new Set(invalid)].sort())}`,
      { hint: hints.invalid[origin], tail },
    );
  const { shown, hint } = explained(failure, outline);
  return new GgufError(
    'MODEL_NOT_LOADED',
    `llama.cpp cannot load ${file}: ${[failure.reason, ...shown].join('; ')}`,
    { hint: hint[origin], tail },
  );
}

type Hint = Readonly<Record<ModelOrigin, string>>;

const hints = {
  mtp: {
    converted:
      'config.json declares blocks for multi-token prediction (mtp_num_hidden_layers, num_nextn_predict_layers), and the checkpoint has no weights of them (mtp.*). Set "convert": { "mtp": false } in model.json, which converts without them (--no-mtp), or take a checkpoint that has them.',
    reference:
      'Its maker lost the blocks for multi-token prediction: take another file, or convert the checkpoint yourself with "convert": { "mtp": false } (--no-mtp).',
  },
  incomplete: {
    converted:
      'Is the checkpoint complete, with all files of its weights, and does the number of layers in config.json (num_hidden_layers, n_layer and the like) belong to them?',
    reference: 'The file is incomplete, or made for another version of llama.cpp: take another one.',
  },
  vocabulary: {
    converted:
      'vocab_size in config.json and the tokens of the tokenizer have to be as many as the rows of the embedding: correct vocab_size, take the tokenizer that belongs to these weights, or resize the embedding before the checkpoint is saved.',
    reference:
      'The file has the tokenizer of another model, or one with more tokens than weights: take another one.',
  },
  invalid: {
    converted:
      'llama-quantize refuses such weights, and no measurement can use them. The checkpoint has them (a merge or a training that went wrong): mend it. Or "outtype" f16 made values above 65504 infinite: convert with another one.',
    reference: 'The file is damaged, or its maker had such weights: take another one.',
  },
  unknown: {
    converted: 'This llama.cpp can convert the model and not run it: name a newer one in toolchain.json.',
    reference: 'This llama.cpp does not know the model: name a newer one in toolchain.json.',
  },
  other: {
    converted:
      'Do config.json, tokenizer and weights belong together, and does this version of llama.cpp support the model?',
    reference:
      'Is the file whole, a model by itself, and made for this version of llama.cpp? Another one is named in toolchain.json.',
  },
} as const satisfies Record<string, Hint>;

function explained({ reason, missing }: LoadFailure, outline: ModelOutline): { shown: string[]; hint: Hint } {
  const { declaredBlocks, mtpBlocks, tokens, embeddingRows } = outline;
  const lacking = lackingTensors(outline, missing);
  const firstMtp = (declaredBlocks ?? 0) - mtpBlocks;
  const mtp = lacking.blocks.filter((block) => block >= firstMtp);
  const others = lacking.blocks.filter((block) => block < firstMtp);
  const shown: string[] = [];
  if (others.length > 0) shown.push(`no tensor of ${blocksOf(others)} of ${declaredBlocks ?? 0} is there`);
  if (mtp.length > 0)
    shown.push(
      `no tensor of ${blocksOf(mtp)} of ${declaredBlocks ?? 0}, for multi-token prediction (MTP), is there`,
    );
  if (lacking.tensors.length > 1) shown.push(`missing are ${listed(lacking.tensors)}`);
  if (others.length > 0 || lacking.tensors.length > 0) return { shown, hint: hints.incomplete };
  const isOfVocabulary = /'(?:token_embd|output)\.\w+' has wrong shape/.test(reason);
  if (isOfVocabulary && tokens !== null && embeddingRows !== null && tokens !== embeddingRows)
    return {
      shown: [
        ...shown,
        `the tokenizer has ${tokens} tokens, and token_embd.weight ${counted(embeddingRows, 'row')}`,
      ],
      hint: hints.vocabulary,
    };
  if (mtp.length > 0 && missing !== null) return { shown, hint: hints.mtp };
  return {
    shown,
    hint: /unknown (?:model arch|tokenizer|pre-token)/.test(reason) ? hints.unknown : hints.other,
  };
}

function blocksOf(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? 'block' : 'blocks'} ${numberRanges(numbers)}`;
}

const mostNames = 8;

function listed(names: readonly string[]): string {
  const rest = names.length - mostNames;
  return `${names.slice(0, mostNames).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
