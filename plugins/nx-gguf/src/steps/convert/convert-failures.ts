import { GgufError } from '../../core/errors.js';

/** How the converter ended, and what it printed. */
export interface FailedConversion {
  output: string;
  /** Names of the checkpoint's files. */
  files: readonly string[];
  /** Those of them that should be JSON and are not. */
  invalidJson: readonly string[];
  /** The error for any tool that ends like this. */
  cause: GgufError;
}

interface Cause {
  /** Found in the output, or in what Python said last. */
  readonly pattern: RegExp;
  readonly hint: string;
  /** What happened, where Python's last words do not tell. */
  readonly words?: string;
  /** True for files that the checkpoint must have, or must lack. */
  readonly files?: (names: readonly string[]) => boolean;
}

const newer = 'name a newer llama.cpp in toolchain.json';
const isAdapter = (names: readonly string[]): boolean =>
  names.some((name) => /(?:^|\/)adapter_(?:config\.json|model\.)/.test(name));
const noJson =
  /json\.decoder\.JSONDecodeError: |Exception: (?:expected|invalid|EOF|missing field|unknown variant|data did not match)[^\n]* at line \d+/;
const noConfig = /No such file or directory: '[^']*config\.json'/;

/** The converter's own messages (llama.cpp v0.5.0), the more special ones first. */
const causes: readonly Cause[] = [
  {
    pattern: /load_model_card[^]*yaml\.\w+\.\w+Error: /,
    words: "the front matter of the checkpoint's README.md is no valid YAML",
    hint: 'Mend the lines between --- at the top of that README.md, or leave the file out with "exclude": ["README.md"] in the source.',
  },
  {
    pattern: noConfig,
    files: (names) => names.some((name) => name.endsWith('.gguf')),
    words: 'the source is a GGUF, which is converted already, and has no config.json',
    hint: 'Name the checkpoint that it was made from (config.json, safetensors) as source. A GGUF of somebody else can be measured as one of the "references", and "planFrom" makes plans from one.',
  },
  {
    pattern: noConfig,
    files: isAdapter,
    words: 'the source is an adapter (LoRA) and has no config.json',
    hint: 'Merge it into its base model first (PEFT: merge_and_unload, then save_pretrained with the tokenizer), and name the directory of the merged model.',
  },
  {
    pattern: noConfig,
    words: 'the source has no config.json',
    hint: 'The source has to be a Hugging Face directory, with config.json at its top: see "path" and "include".',
  },
  {
    pattern: /load_hparams[^]*json\.decoder\.JSONDecodeError: /,
    words: 'config.json is not valid JSON',
    hint: 'Mend it, or fetch it again.',
  },
  {
    pattern: noJson,
    words: 'a JSON file of the checkpoint (tokenizer, index or generation settings) is not valid',
    hint: 'The lines below name the function that read it. Mend that file, or fetch it again.',
  },
  {
    pattern: /^ERROR:hf-to-gguf:--(?:mtp|no-nextn|dspark)[^\n]* (?:not supported|only supported) for/m,
    hint: 'This architecture has no blocks for multi-token prediction that the converter could leave out or take alone: remove "mtp" of "convert", or --mtp and --no-mtp in its "extraArgs".',
  },
  {
    pattern: /^ERROR:hf-to-gguf:Model \S+ is not supported|Architecture '?[^\n']+'? (?:is )?not supported/m,
    hint: `This llama.cpp cannot convert the architecture that config.json names ("architectures"), or with --mmproj not its part for images or sound: ${newer}, if there is one that can.`,
  },
  {
    pattern: /Failed to detect model architecture/,
    hint: 'config.json names no "architectures": take that of the base model.',
  },
  {
    pattern: /BPE pre-tokenizer was not recognized/,
    hint: `The converter knows tokenizers by a digest, and not this one. Either it is newer: ${newer}. Or a fine-tune has saved it in another form: take tokenizer.json and tokenizer_config.json of the base model. Are they in the source at all?`,
  },
  {
    pattern: /Missing or incomplete model files: /,
    hint: 'The index of the weights names files that are not there: fetch the whole checkpoint, and see "include" and "exclude" of the source.',
  },
  {
    pattern: /Mismatch between weight map and model parts/,
    hint: 'The index of the weights (*.index.json) does not belong to these files: fetch both from the same revision, or leave the index out.',
  },
  {
    pattern: /No such file or directory: '[^']*\.(?:safetensors|bin|pth?)'/,
    hint: 'The index of the weights names a file that is not there: fetch the whole checkpoint, and see "include" and "exclude" of the source.',
  },
  {
    pattern:
      /Could not read complete metadata|Not enough data to read metadata|Failed to parse safetensors? metadata|SafetensorError|Tensor data for '[^']*' is out of range|mmap length is greater than file size/i,
    hint: 'A file of weights is cut off, or stands for one (a pointer of Git LFS): fetch it again.',
  },
  {
    pattern: /UnpicklingError|weights_only|PytorchStreamReader failed/,
    hint: 'A .bin file is damaged, or holds more than weights and is not read for safety: fetch it again, or take safetensors.',
  },
  {
    pattern:
      /Quant method is not yet supported|Quant format .* is not yet supported|gptq dequantization is not yet|multiple config groups/,
    hint: 'The checkpoint is quantized in a way that the converter cannot undo: name the unquantized one as source.',
  },
  {
    pattern: /Can not map tensor '/,
    hint: `The checkpoint has a weight that this llama.cpp does not know for its architecture: it is of an adapter, a quantization or a newer kind. Take the merged, unquantized model, or ${newer}.`,
  },
  {
    pattern:
      /vision_config \/ audio_config not found|does not support multimodal|must have either vision or audio/,
    hint: 'The checkpoint has no part for images or sound: remove --mmproj from "extraArgs".',
  },
  {
    pattern: /assert max\(\S*vocab\.values\(\)\) < vocab_size/,
    words: 'the tokenizer has more tokens than vocab_size in config.json',
    hint: 'Take the tokenizer that belongs to these weights, or resize the embedding before the checkpoint is saved.',
  },
  {
    pattern: /convert_hf_to_gguf\.py: error: /,
    hint: 'This version of the converter takes no such argument: see "convert" in model.json.',
  },
  {
    pattern: /No module named '|ImportError: /,
    hint: 'The converter wants a Python package that its environment lacks: add it to the requirements of the toolchain (python.requirements in toolchain.json).',
  },
  {
    pattern: /trust_remote_code/,
    hint: 'The checkpoint brings Python code of its own, which is never run here. Where the base model has a tokenizer without code, take its files.',
  },
  {
    pattern:
      /No such file or directory: '[^']*token|File not found: |Cannot find (?:\S+ )*(?:tokenizer|BPE)|Can't load tokenizer|backend tokenizer|Tokenizer class \S+ does not exist|Unrecognized model in|No tokenizer file found|Unknown tokenizer/i,
    hint: 'A file of the tokenizer is missing or of an unknown kind: the source needs tokenizer.json or tokenizer.model, and tokenizer_config.json.',
  },
  {
    pattern: /could not find any of: |assert cls\._original_block_count is not None|^KeyError: /m,
    hint: 'config.json lacks a value that its architecture needs: take that of the base model.',
  },
  { pattern: /^MemoryError|DefaultCPUAllocator: can't allocate/m, hint: 'There is not enough free memory.' },
];

const unknownCause =
  'Does this version of llama.cpp support the architecture in config.json, and is the checkpoint complete?';

/** The error for a conversion that failed: the converter's own words, and what helps against that. */
export function convertFailure({ output, files, invalidJson, cause }: FailedConversion): GgufError {
  const errors = errorText(output);
  if (invalidJson.length > 0 && noJson.test(errors))
    return new GgufError(
      'CONVERT_FAILED',
      `convert_hf_to_gguf.py failed: not valid JSON in the checkpoint: ${invalidJson.join(', ')}`,
      { cause, tail: cause.tail, hint: 'Mend it, or fetch it again.' },
    );
  const found = causes.find(
    ({ pattern, files: fits }) => pattern.test(errors) && (fits === undefined || fits(files)),
  );
  const said =
    lastWords(errors, found) ?? (cause.hint === undefined ? cause.tail.at(-1) : undefined) ?? cause.message;
  const words = found?.words === undefined ? said : `${found.words} (${said})`;
  return new GgufError('CONVERT_FAILED', `convert_hf_to_gguf.py failed: ${words}`, {
    cause,
    tail: cause.tail,
    hint: found?.hint ?? cause.hint ?? unknownCause,
  });
}

/** What the converter called an error: such lines, and all from the first traceback on. */
function errorText(output: string): string {
  const lines = output.split(/\r?\n/).map((line) => line.trimEnd());
  const start = lines.findIndex((line) => line.startsWith('Traceback (most recent call last)'));
  const before = start < 0 ? lines : lines.slice(0, start);
  return [
    ...before.filter((line) => /^ERROR:|^\S+: error: |^(?:[A-Za-z_]+\.)*[A-Z]\w*Error\b/.test(line)),
    ...(start < 0 ? [] : lines.slice(start)),
  ].join('\n');
}

/** The line of the cause where there is one, else what Python said last; a bare assertion with its text. */
function lastWords(errors: string, found: Cause | undefined): string | null {
  const said = errors
    .split('\n')
    .filter((line) => /^ERROR:|^\S+: error: |^(?:[A-Za-z_]+\.)*[A-Z]\w*(?:Error|Exception)\b/.test(line));
  const words = said.findLast((line) => found?.pattern.test(line) === true) ?? said.at(-1);
  if (words === 'AssertionError')
    return (
      /^ +assert (?:[^#\n]*[^#\s])(?= *(?:#.*)?\n(?: *[~^]+\n)?AssertionError$)/m.exec(errors)?.[0].trim() ??
      words
    );
  return words?.replace(/^ERROR:[^:]+:|^\S+: error: /, '') ?? null;
}
