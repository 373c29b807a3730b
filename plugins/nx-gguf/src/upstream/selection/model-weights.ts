import { GgufError } from '../../core/errors.js';
import type { SourceUse } from '../../core/source-use.js';
import type { ListedFile } from './listed-file.js';

/** One set of a model's weights, the files that are taken with it, and what is left out. */
export interface ModelFiles<F> {
  /** Sorted as they came: the weights, configuration, tokenizer and everything else that is no weight. */
  files: F[];
  weights: F[];
  leftOut: F[];
  /** Why this set and no other. */
  because: string;
}

/** Directories with the same weights for other programs, or of earlier steps of a training. */
const otherDirectory =
  /(^|\/)(original|onnx|openvino|coreml|tflite|metal|mlx|gguf|checkpoint-\d+|global_step\d+)\//i;
/** Weights in formats that llama.cpp's converter does not read. */
const otherFormat =
  /\.(gguf|ggml|tflite|litertlm|task|h5|hdf5|keras|msgpack|onnx|onnx_data(_\d+)?|onnx\.data|ot|mlmodel|pb|npz|nemo|engine|mnn|pte|ckpt\.(index|meta|data-\d+-of-\d+))$/i;
/** What a trainer leaves beside the weights. */
const trainerState = /(^|\/)(optimizer|scheduler|scaler|rng_state[^/]*|training_args)\.(bin|pt|pth)$/i;
const pickle = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;
const shard = /-\d{5}-of-\d{5}\.[a-z]+$/i;
/** `model.fp16.safetensors` and `model-00001-of-00002.fp16.safetensors`: other precisions of the same weights. */
const variantOfSafetensors =
  /^model(\.(?!safetensors)\w+(-\d{5}-of-\d{5})?|-\d{5}-of-\d{5}\.\w+)\.safetensors$/i;

/** True for files that hold weights in one of the formats that people publish. */
function isWeights({ path }: Pick<ListedFile, 'path'>): boolean {
  return (
    /\.safetensors$/i.test(path) || otherFormat.test(path) || (pickle.test(path) && !trainerState.test(path))
  );
}

/** True for weights that llama.cpp's converter could read, and for GGUF. */
export function isUsableWeights({ path }: Pick<ListedFile, 'path'>): boolean {
  return /\.(safetensors|gguf)$/i.test(path) || (pickle.test(path) && !trainerState.test(path));
}

/**
 * The files of a model where nothing names them: one set of weights, the one that convert_hf_to_gguf.py
 * would read, and everything beside it that is no weight. Follows `index_tensors` of conversion/base.py: it
 * reads `model*.safetensors` (the files of `model.safetensors.index.json` where that is there), else
 * `pytorch_model*.bin`; with `--mistral-format` `consolidated*.safetensors` in place of `model*`.
 * @param of what is listed, for messages
 * @throws GgufError `SOURCE_NO_WEIGHTS`
 */
export function modelFiles<F extends ListedFile>(
  files: readonly F[],
  of: string,
  reading: Pick<SourceUse, 'isMistralFormat'> = {},
): ModelFiles<F> {
  const own = files.filter(({ path }) => !otherDirectory.test(path));
  const set = weightSets(own, reading).find(({ weights }) => weights.length > 0);
  if (set === undefined) throw noWeights(files, of);
  const weights = new Set(set.weights);
  const taken = own.filter((file) => weights.has(file) || !(isWeights(file) || trainerState.test(file.path)));
  return { ...set, files: taken, leftOut: files.filter((file) => !taken.includes(file)) };
}

/** The sets among files, the preferred one first. */
function weightSets<F extends ListedFile>(
  files: readonly F[],
  { isMistralFormat = false }: Pick<SourceUse, 'isMistralFormat'>,
): { weights: F[]; because: string }[] {
  const safetensors = files.filter(({ path }) => /\.safetensors$/i.test(path));
  const inRoot = safetensors.filter(({ path }) => !path.includes('/'));
  const consolidated = inRoot.filter(({ path }) => path.startsWith('consolidated'));
  const tower = safetensors.filter(({ path }) => path.includes('/'));
  const main = mainSafetensors(
    inRoot.filter((file) => !consolidated.includes(file)),
    files,
  );
  const transformers = {
    weights: main.length === 0 ? [] : [...main, ...tower],
    because: 'the safetensors that convert_hf_to_gguf.py reads first',
  };
  const mistral = {
    weights: consolidated,
    because: isMistralFormat
      ? 'the safetensors that convert_hf_to_gguf.py reads with --mistral-format'
      : 'the only safetensors; convert_hf_to_gguf.py reads them with --mistral-format in "extraArgs" of "convert"',
  };
  const pickles = {
    weights: picklesOf(files),
    because: 'the only weights that convert_hf_to_gguf.py reads',
  };
  // Weights in directories alone: the converter will say what it misses, and the user sees what was taken.
  const elsewhere = { weights: tower, because: 'the only safetensors' };
  return isMistralFormat
    ? [mistral, transformers, pickles, elsewhere]
    : [transformers, mistral, pickles, elsewhere];
}

/** Of several forms of the same weights in the root the one that is read. */
function mainSafetensors<F extends ListedFile>(inRoot: readonly F[], files: readonly F[]): F[] {
  const models = inRoot.filter(({ path }) => !path.startsWith('adapter_'));
  if (models.length === 0) return [...inRoot];
  const plain = models.filter(({ path }) => !variantOfSafetensors.test(path));
  const candidates = plain.length === 0 ? models : plain;
  const single = candidates.filter(({ path }) => path === 'model.safetensors');
  const shards = candidates.filter(({ path }) => path.startsWith('model') && shard.test(path));
  if (single.length === 0 || shards.length === 0) return candidates;
  const hasIndex = files.some(({ path }) => path === 'model.safetensors.index.json');
  return candidates.filter((file) => !(hasIndex ? single : shards).includes(file));
}

function picklesOf<F extends ListedFile>(files: readonly F[]): F[] {
  const all = files.filter((file) => pickle.test(file.path) && !trainerState.test(file.path));
  const read = all.filter(({ path }) => path.startsWith('pytorch_model') && path.endsWith('.bin'));
  if (read.length === 0) return all;
  const single = read.filter(({ path }) => path === 'pytorch_model.bin');
  const shards = read.filter(({ path }) => shard.test(path));
  if (single.length === 0 || shards.length === 0) return read;
  const hasIndex = files.some(({ path }) => path === 'pytorch_model.bin.index.json');
  return read.filter((file) => !(hasIndex ? single : shards).includes(file));
}

/** The error of files among which the converter finds no weights. */
export function noWeights(files: readonly ListedFile[], of: string): GgufError {
  const others = files.filter(isWeights).map(({ path }) => path);
  const hasGguf = others.length > 0 && others.every((path) => /\.gguf$/i.test(path));
  return new GgufError(
    'SOURCE_NO_WEIGHTS',
    `${of}: no weights that convert_hf_to_gguf.py reads are among ${files.length === 1 ? 'its file' : `its ${files.length} files`}${others.length === 0 ? '' : `; there are ${someNames(others)}`}`,
    {
      hint: hasGguf
        ? 'A GGUF is the result of a conversion: name the repository that it was made from. To measure this one, declare it in "references".'
        : 'Name a repository or directory with `model*.safetensors`, or the files to take in "include" of the source.',
    },
  );
}

/** Some names, and how many more there are. */
export function someNames(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return more <= 1 ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${more} more`;
}
