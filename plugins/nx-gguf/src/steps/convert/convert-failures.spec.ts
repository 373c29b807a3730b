import { readdirSync, readFileSync } from 'node:fs';
import { lastLines, toolFailed } from '../../toolchain/run-tool.js';
import { convertFailure } from './convert-failures.js';

// Recorded with convert_hf_to_gguf.py of llama.cpp v0.5.0 on small checkpoints, without the lines of progress.
const recorded = new URL('recorded/', import.meta.url);
const failure = (
  output: string,
  files: readonly string[] = ['config.json', 'model.safetensors'],
  invalidJson: readonly string[] = [],
) =>
  convertFailure({
    output,
    files,
    invalidJson,
    cause: toolFailed('convert_hf_to_gguf.py', { exitCode: 1, ending: 'ended with exit code 1', output }),
  });

const cases: readonly [log: string, words: string, hint: RegExp, files?: readonly string[]][] = [
  [
    'readme-front-matter',
    "the front matter of the checkpoint's README.md is no valid YAML (yaml.parser.ParserError: while parsing a flow sequence)",
    /"exclude": \["README\.md"\]/,
  ],
  [
    'readme-alias',
    "README.md is no valid YAML (yaml.composer.ComposerError: found undefined alias 'x')",
    /README/,
  ],
  [
    'source-is-gguf',
    'the source is a GGUF, which is converted already',
    /"references".*"planFrom"/,
    ['m.gguf', 'README.md'],
  ],
  [
    'source-is-adapter',
    'the source is an adapter (LoRA)',
    /merge_and_unload/,
    ['adapter_config.json', 'adapter_model.safetensors'],
  ],
  [
    'config-missing',
    "the source has no config.json (FileNotFoundError: [Errno 2] No such file or directory: 'model/config.json')",
    /"include"/,
  ],
  [
    'config-no-json',
    'config.json is not valid JSON (json.decoder.JSONDecodeError: Expecting property name',
    /Mend it/,
  ],
  [
    'tokenizer-no-json',
    'is not valid (Exception: EOF while parsing a value at line 1 column 12)',
    /Mend that file/,
  ],
  ['tokenizer-config-no-json', 'is not valid (json.decoder.JSONDecodeError', /Mend that file/],
  ['architecture-unknown', 'Model FooForCausalLM is not supported', /toolchain\.json/],
  ['architecture-not-said', 'ValueError: Failed to detect model architecture', /"architectures"/],
  ['no-projector', 'Model Qwen3_5ForCausalLM is not supported', /--mmproj/],
  [
    'tokenizer-unknown',
    'NotImplementedError: BPE pre-tokenizer was not recognized',
    /tokenizer\.json.*base model/,
  ],
  ['tokenizer-missing', 'NotImplementedError: BPE pre-tokenizer was not recognized', /in the source at all/],
  [
    'shard-missing',
    "No such file or directory: 'model/model-00002-of-00002.safetensors'",
    /whole checkpoint/,
  ],
  ['weights-cut', 'ValueError: mmap length is greater than file size', /cut off/],
  ['pointer', 'Could not read complete metadata. Need 2336927755350992254 bytes, got 73', /Git LFS/],
  ['weight-unknown', "ValueError: Can not map tensor 'model.layers.0.foo.weight'", /merged, unquantized/],
  ['quantized', "Quant method is not yet supported: 'bitsandbytes'", /unquantized/],
  [
    'vocabulary-too-large',
    'the tokenizer has more tokens than vocab_size in config.json (assert max(tokenizer.vocab.values()) < vocab_size)',
    /resize the embedding/,
  ],
  [
    'config-lacks-layers',
    'failed: assert cls._original_block_count is not None',
    /config\.json lacks a value/,
  ],
  ['bad-argument', 'failed: unrecognized arguments: --frobnicate', /"convert" in model\.json/],
];

describe('why a conversion failed', () => {
  it.each(cases)('%s', (...[log, words, hint, files]) => {
    const error = failure(readFileSync(new URL(`${log}.log`, recorded), 'utf8'), files);
    expect(error.code).toBe('CONVERT_FAILED');
    expect(error.message).toMatch(/^convert_hf_to_gguf\.py failed: /);
    expect(error.message).toContain(words);
    expect(error.hint).toMatch(hint);
    expect(error.tail.length).toBeGreaterThan(0);
  });

  it('has a case for each recorded log', () => {
    expect(readdirSync(recorded).sort()).toEqual(cases.map(([log]) => `${log}.log`).sort());
  });

  const traceback = 'Traceback (most recent call last):\n  File "x.py", line 1, in y\n';
  // As the source of llama.cpp and of transformers says them.
  it.each<[string, RegExp]>([
    [
      'ERROR:hf-to-gguf:--mtp / --no-nextn are not supported for LlamaForCausalLM\n',
      /remove "mtp" of "convert"/,
    ],
    [
      `${traceback}ValueError: Missing or incomplete model files: ['model-00002-of-00003.safetensors']\nMissing tensors: ['a']\n`,
      /index of the weights names files/,
    ],
    [
      `${traceback}ValueError: Mismatch between weight map and model parts for tensor names:\n`,
      /same revision/,
    ],
    [`${traceback}NotImplementedError: Architecture 'Foo' not supported!\n`, /toolchain\.json/],
    [
      `${traceback}KeyError: "could not find any of: ['hidden_size', 'n_embd']"\n`,
      /config\.json lacks a value/,
    ],
    [`${traceback}FileNotFoundError: File not found: model/tokenizer.model\n`, /tokenizer\.model/],
    [`${traceback}ModuleNotFoundError: No module named 'sentencepiece'\n`, /requirements of the toolchain/],
    [
      `${traceback}ValueError: model contains custom code. Please pass the argument \`trust_remote_code=True\`\n`,
      /never run here/,
    ],
    [`${traceback}ValueError: vision_config / audio_config not found in hparams\n`, /remove --mmproj/],
    [`${traceback}_pickle.UnpicklingError: Weights only load failed.\n`, /safetensors/],
    [`${traceback}MemoryError\n`, /free memory/],
    [`${traceback}RuntimeError: something new\n`, /Does this version of llama\.cpp support/],
    ['', /Does this version of llama\.cpp support/],
  ])('%j', (output, hint) => {
    expect(failure(output).hint).toMatch(hint);
  });

  it('goes by errors, and not by what was printed before them', () => {
    const error = failure(
      `INFO:gguf.vocab:Setting chat_template to {# Can not map tensor ' trust_remote_code #}\nWARNING:x: trust_remote_code\n${traceback}RuntimeError: something new\n`,
    );
    expect(error.message).toBe('convert_hf_to_gguf.py failed: RuntimeError: something new');
    expect(error.hint).toMatch(/Does this version of llama\.cpp support/);
  });

  it('tells of the signal that ended the converter', () => {
    const output = 'INFO:hf-to-gguf:Writing\n';
    const cause = toolFailed('python', { exitCode: 128, ending: 'was ended by SIGKILL', output });
    const error = convertFailure({ output, files: [], invalidJson: [], cause });
    expect(error.hint).toMatch(/free memory/);
    expect(error.message).toMatch(/SIGKILL/);
    expect(error.tail).toEqual(lastLines(output));
  });
});

describe('a JSON file of the checkpoint that is none', () => {
  const log = (name: string) => readFileSync(new URL(`${name}.log`, recorded), 'utf8');

  it.each(['tokenizer-no-json', 'tokenizer-config-no-json', 'config-no-json'])('%s: is named', (name) => {
    const { message, hint } = failure(log(name), undefined, ['tokenizer.json']);
    expect(message).toBe('convert_hf_to_gguf.py failed: not valid JSON in the checkpoint: tokenizer.json');
    expect(hint).toMatch(/Mend it, or fetch it again/);
  });

  it('is not blamed for another failure', () => {
    expect(failure(log('architecture-unknown'), undefined, ['notes.json']).message).not.toContain(
      'notes.json',
    );
  });
});
