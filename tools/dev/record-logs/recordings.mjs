// Which runs are recorded under which names, in the order in which they are made: some need files of those
// before them.
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// The plugin's own command lines, so that the logs are those of its runs.
import { imatrixArgs } from '../../../plugins/nx-gguf/build/kld/tool/imatrix-args.js';
import { basePassArgs, variantPassArgs } from '../../../plugins/nx-gguf/build/kld/tool/perplexity-args.js';
import { quantizeArgs } from '../../../plugins/nx-gguf/build/quant/tool/quantize-args.js';
import { benchArgs } from '../../../plugins/nx-gguf/build/speed/bench-args.js';
import { referenceRules, writeHeaderOnlyModels } from './header-only.mjs';
import { tinyLlama } from './tiny-llama.mjs';

const CHUNKS = 8;
const CONTEXT = 64;
// llama.cpp rounds a context up to a multiple of 256.
const LONG_CONTEXT = 288;
const contextOf = (tokens) => ({ contextTokens: tokens, batchTokens: tokens, ubatchTokens: tokens });
const batches = contextOf(CONTEXT);
const pass = { model: 'model.gguf', baseFile: 'base.kld', ...batches, threads: 1 };

/** Writes the models, texts and rules that the runs read. */
export async function prepare(directory) {
  const write = (name, content) => writeFileSync(join(directory, name), content);
  const { file, starts } = tinyLlama();
  write('model.gguf', file);
  // It ends amid a tensor's data.
  write('cut.gguf', file.subarray(0, starts.get('blk.1.attn_k.weight') + 100));
  write('narrow.gguf', tinyLlama({ width: 160 }).file);
  write('more-words.gguf', tinyLlama({ vocabulary: 300 }).file);
  write('not-finite.gguf', tinyLlama({ notANumber: ['output_norm.weight'] }).file);
  write(
    'text.txt',
    Array.from({ length: 12 }, (_, line) => `This is line ${line} of a text that fills the context.\n`).join(
      '',
    ),
  );
  write('short.txt', 'Too few words.\n');
  write('rules.txt', 'blk.0.attn_v=q8_0\nffn_down=q6_K\n');
  write('bad-pattern.txt', 'blk.(0=q8_0\n');
  write('bad-type.txt', 'ffn_down=q9_K\n');
  write('reference-rules.txt', referenceRules());
  write('one-rule.txt', 'blk\\.0\\.ffn_down=q6_k\n');
  await writeHeaderOnlyModels(directory);
}

/**
 * The runs: `says` is what the log must hold to be what its name promises, `spec` the folder of the spec that
 * reads it; without `spec` a run only makes a file. `exits` is the code that it must end with: that failures
 * end with 0 is what the logs are for. A run `withoutStdout` or `withoutStderr` leaves that stream out of the
 * log.
 */
export const recordings = [
  ...perplexityRuns(),
  ...benchRuns(),
  {
    spec: 'kld',
    name: 'imatrix',
    tool: 'llama-imatrix',
    args: imatrixOf('text.txt'),
    says: /^Final estimate: PPL = /m,
  },
  {
    spec: 'kld',
    name: 'imatrix-text-too-short',
    tool: 'llama-imatrix',
    args: imatrixOf('short.txt'),
    says: /you need at least/,
  },
  quantizeRun(
    'imatrix-and-rules',
    { tensorTypesFile: 'rules.txt', imatrixFile: 'imatrix.gguf' },
    /quant size/,
  ),
  quantizeRun('dry-run', { dryRun: true }, /quant size/),
  quantizeRun('dry-run-needs-imatrix', { dryRun: true, ftype: 'IQ2_XXS' }, /will require an imatrix/),
  quantizeRun('plan-stock', { dryRun: true, input: 'qwen35.gguf' }, /quant size/),
  quantizeRun(
    'plan-rules',
    { dryRun: true, input: 'qwen35.gguf', tensorTypesFile: 'reference-rules.txt' },
    /quant size/,
  ),
  quantizeRun(
    'plan-fallback',
    { dryRun: true, input: 'qwen35-narrow.gguf', tensorTypesFile: 'one-rule.txt' },
    /required fallback quantization/,
  ),
  quantizeRun('fallback', { input: 'narrow.gguf' }, /required fallback quantization/),
  quantizeRun('needs-imatrix', { ftype: 'IQ2_XXS' }, /requires an imatrix/),
  quantizeRun('requantize', { input: 'variant.gguf', ftype: 'Q6_K' }, /requantizing from/),
  quantizeRun('bad-pattern', { tensorTypesFile: 'bad-pattern.txt' }, /regular expression|regex/),
  quantizeRun('bad-type', { tensorTypesFile: 'bad-type.txt' }, /invalid ggml_type/),
  quantizeRun('cut-model', { input: 'cut.gguf' }, /not within the file bounds/),
  quantizeRun('imatrix-missing', { imatrixFile: 'nothing.gguf' }, /failed to load imatrix/),
  quantizeRun('bad-ftype', { ftype: 'Q4_K_X' }, /invalid ftype/),
];

function perplexityRuns() {
  const base = basePassArgs({ ...pass, text: 'text.txt', chunks: CHUNKS });
  const variant = (changes) => variantPassArgs({ ...pass, model: 'variant.gguf', ...changes });
  const complete = /^Same top p: .*\n$/m;
  const estimate = /Final estimate: PPL = .*\n/;
  const cut = variant({ baseFile: 'cut.kld' });
  const cutShort = /failed reading log-probs/;
  return [
    { ...quantizeRun('variant', {}, /quant size/), spec: undefined },
    perplexityRun('base', base, estimate),
    perplexityRun('base-stderr', base, estimate, { withoutStdout: true }),
    perplexityRun('base-stderr-with-prefix', withPrefix(base), estimate, { withoutStdout: true }),
    perplexityRun('variant', variant(), complete),
    perplexityRun('variant-with-prefix', withPrefix(variant()), complete),
    perplexityRun('base-missing', variant({ baseFile: 'missing.kld' }), /failed to open/),
    perplexityRun('base-wrong', variant({ baseFile: 'text.txt' }), /does not look like/),
    perplexityRun(
      'vocabulary-mismatch',
      variant({ model: 'more-words.gguf' }),
      /inconsistent vocabulary[^]*\nSame top p: /,
    ),
    perplexityRun('not-finite', variant({ model: 'not-finite.gguf' }), complete),
    perplexityRun(
      'text-too-short',
      basePassArgs({ ...pass, text: 'short.txt', baseFile: 'short.kld' }),
      /tokenizes to only/,
    ),
    perplexityRun(
      'base-unwritable',
      basePassArgs({ ...pass, text: 'text.txt', baseFile: 'missing/base.kld' }),
      /failed to open/,
    ),
    perplexityRun(
      'device-unknown',
      basePassArgs({ ...pass, text: 'text.txt', devices: ['CUDA7'] }),
      /invalid device: CUDA7/,
      { exits: 1 },
    ),
    perplexityRun(
      'bad-argument',
      basePassArgs({ ...pass, text: 'text.txt', flashAttention: 'sometimes' }),
      /unknown value for --flash-attn/,
      { exits: 1 },
    ),
    // With a single thread words are hardly ever lost. Which ones are is chance.
    perplexityRun('words-lost', variant({ threads: 2 }), /computing over/, { losesWords: complete }),
    {
      ...perplexityRun(
        'two-chunks',
        basePassArgs({ ...pass, text: 'text.txt', baseFile: 'two-chunks.kld', chunks: 2 }),
        estimate,
      ),
      spec: undefined,
    },
    perplexityRun('too-few-tokens', variant({ baseFile: 'two-chunks.kld' }), /^ +2 .*%\n/m),
    // What follows is the first chunk of two, and half the second.
    {
      ...perplexityRun(
        'cut',
        basePassArgs({ ...pass, text: 'text.txt', baseFile: 'cut.kld', chunks: 2 }),
        estimate,
      ),
      spec: undefined,
      after: (directory) =>
        truncateSync(join(directory, 'cut.kld'), 20 + 2 * CONTEXT * 4 + 1.5 * chunkBytes(260)),
    },
    perplexityRun('base-cut', cut, cutShort),
    perplexityRun('base-cut-stderr', cut, cutShort, { withoutStdout: true }),
    perplexityRun('base-cut-stderr-with-prefix', withPrefix(cut), cutShort, { withoutStdout: true }),
    // The tool goes on with too small a context; with one that is only another, it takes that of the base
    // file without a word.
    {
      ...perplexityRun(
        'long-context',
        basePassArgs({ ...pass, ...contextOf(LONG_CONTEXT), text: 'text.txt', baseFile: 'long-context.kld' }),
        estimate,
      ),
      spec: undefined,
    },
    perplexityRun('context-too-small', variant({ baseFile: 'long-context.kld' }), /has been computed with/),
    perplexityRun('context-of-base', variant(contextOf(2 * CONTEXT)), complete),
    {
      ...perplexityRun(
        'unknown-tokens',
        basePassArgs({ ...pass, text: 'text.txt', baseFile: 'unknown-tokens.kld', chunks: CHUNKS }),
        estimate,
      ),
      spec: undefined,
      after: (directory) => replaceToken(join(directory, 'unknown-tokens.kld')),
    },
    perplexityRun('decode-failed', variant({ baseFile: 'unknown-tokens.kld' }), /failed to decode/),
  ];
}

function benchRuns() {
  const bench = ({ model = 'model.gguf', ...settings } = {}) =>
    benchArgs(model, {
      prompt: [8, 16],
      generate: [4],
      depth: [0, 2],
      repetitions: 3,
      threads: 1,
      ...settings,
    });
  const without = (flags) => bench().map((arg, index, args) => (flags.includes(args[index - 1]) ? '0' : arg));
  return [
    benchRun('results', bench(), /\n\]\n$/, { withoutStderr: true }),
    benchRun('progress', bench(), /benchmark 6\/6: generation run 3\/3/, { withoutStdout: true }),
    benchRun('model-missing', bench({ model: 'nothing.gguf' }), /failed to load model/, {
      withoutStdout: true,
      exits: 1,
    }),
    benchRun('model-cut', bench({ model: 'cut.gguf' }), /failed to load model/, {
      withoutStdout: true,
      exits: 1,
    }),
    benchRun(
      'context-failed',
      bench({ cacheTypeV: 'q4_0', flashAttention: 'off' }),
      /failed to create context/,
      { withoutStdout: true, exits: 1 },
    ),
    benchRun('device-unknown', bench({ devices: ['CUDA7'] }), /invalid device/, {
      withoutStdout: true,
      exits: 1,
    }),
    benchRun('bad-argument', bench({ cacheTypeK: 'q9_0' }), /invalid parameter/, {
      withoutStdout: true,
      exits: 1,
    }),
    // These end with exit code 0 too.
    benchRun('no-tests', without(['-p', '-n']), /^\[\s*\]\s*$/, { withoutStderr: true }),
    benchRun('no-repetitions', without(['-r']), /"samples_ns": \[ {2}\]/, { withoutStderr: true }),
  ];
}

function benchRun(name, args, says, options) {
  return { spec: 'speed', name, tool: 'llama-bench', args, says, exits: 0, ...options };
}

function perplexityRun(name, args, says, options = {}) {
  return { spec: 'kld', name, tool: 'llama-perplexity', args, says, exits: 0, ...options };
}

function quantizeRun(name, options, says) {
  return {
    spec: 'quant',
    name,
    tool: 'llama-quantize',
    args: quantizeArgs({
      ftype: 'Q4_K_M',
      input: 'model.gguf',
      output: `${name}.gguf`,
      threads: 1,
      ...options,
    }),
    says,
  };
}

function imatrixOf(text) {
  return imatrixArgs({
    ...batches,
    model: 'model.gguf',
    text,
    output: 'imatrix.gguf',
    chunks: CHUNKS,
    threads: 1,
  });
}

/** The same run with times and levels before its lines. */
function withPrefix(args) {
  return args.map((arg) => arg.replace(/^--no-(?=log-)/, '--'));
}

/**
 * Puts a token that no model knows into the second chunk of a base file, whose head of 20 bytes is followed
 * by all tokens.
 */
function replaceToken(path) {
  const bytes = readFileSync(path);
  // Not the first of the chunk: that gives way to the token that begins a text.
  bytes.writeInt32LE(99_999, 20 + (CONTEXT + 1) * 4);
  writeFileSync(path, bytes);
}

/** Bytes that a base file holds of one chunk (tools/perplexity/perplexity.cpp). */
function chunkBytes(vocabulary) {
  return (CONTEXT / 2 - 1) * (vocabulary + 4) * 2;
}
