// Which runs are recorded under which names, in the order in which they are made: some need files of those before them.
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// The plugin's own command lines, so that the logs are those of its runs.
import { imatrixArgs } from '../../../plugins/nx-gguf/dist/kld/imatrix-args.js';
import { basePassArgs, variantPassArgs } from '../../../plugins/nx-gguf/dist/kld/perplexity-args.js';
import { quantizeArgs } from '../../../plugins/nx-gguf/dist/quant/quantize-args.js';
import { tinyLlama } from './tiny-llama.mjs';

const CHUNKS = 8;
const CONTEXT = 64;
const batches = { contextTokens: CONTEXT, batchTokens: CONTEXT, ubatchTokens: CONTEXT };
const pass = { model: 'model.gguf', baseFile: 'base.kld', ...batches, threads: 1 };

/** Writes the models, texts and rules that the runs read. */
export function prepare(directory) {
  const write = (name, content) => writeFileSync(join(directory, name), content);
  const { file, starts } = tinyLlama();
  write('model.gguf', file);
  // It ends amid a tensor's data.
  write('cut.gguf', file.subarray(0, starts.get('blk.1.attn_k.weight') + 100));
  write('narrow.gguf', tinyLlama({ width: 160 }).file);
  write('more-words.gguf', tinyLlama({ vocabulary: 300 }).file);
  write('not-finite.gguf', tinyLlama({ notANumber: ['output_norm.weight'] }).file);
  write('text.txt', Array.from({ length: 12 }, (_, line) => `This is line ${line} of a text that fills the context.\n`).join(''));
  write('short.txt', 'Too few words.\n');
  write('rules.txt', 'blk.0.attn_v=q8_0\nffn_down=q6_K\n');
  write('bad-pattern.txt', 'blk.(0=q8_0\n');
  write('bad-type.txt', 'ffn_down=q9_K\n');
}

/**
 * The runs: `says` is what the log must hold to be what its name promises, `spec` the folder of the spec that reads it;
 * without `spec` a run only makes a file. A run `withoutStdout` leaves stdout out of the log.
 */
export const recordings = [
  ...perplexityRuns(),
  { spec: 'kld', name: 'imatrix', tool: 'llama-imatrix', args: imatrixOf('text.txt'), says: /^Final estimate: PPL = /m },
  { spec: 'kld', name: 'imatrix-text-too-short', tool: 'llama-imatrix', args: imatrixOf('short.txt'), says: /you need at least/ },
  quantizeRun('imatrix-and-rules', { tensorTypesFile: 'rules.txt', imatrixFile: 'imatrix.gguf' }, /quant size/),
  quantizeRun('dry-run', { dryRun: true }, /quant size/),
  quantizeRun('dry-run-needs-imatrix', { dryRun: true, ftype: 'IQ2_XXS' }, /will require an imatrix/),
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
    perplexityRun('vocabulary-mismatch', variant({ model: 'more-words.gguf' }), /inconsistent vocabulary[^]*\nSame top p: /),
    perplexityRun('not-finite', variant({ model: 'not-finite.gguf' }), complete),
    perplexityRun('text-too-short', basePassArgs({ ...pass, text: 'short.txt', baseFile: 'short.kld' }), /tokenizes to only/),
    perplexityRun('base-unwritable', basePassArgs({ ...pass, text: 'text.txt', baseFile: 'missing/base.kld' }), /failed to open/),
    // With a single thread words are hardly ever lost. Which ones are is chance.
    perplexityRun('words-lost', variant({ threads: 2 }), /computing over/, { losesWords: complete }),
    { ...perplexityRun('two-chunks', basePassArgs({ ...pass, text: 'text.txt', baseFile: 'two-chunks.kld', chunks: 2 }), estimate), spec: undefined },
    perplexityRun('too-few-tokens', variant({ baseFile: 'two-chunks.kld' }), /^ +2 .*%\n/m),
    // What follows is the first chunk of two, and half the second.
    { ...perplexityRun('cut', basePassArgs({ ...pass, text: 'text.txt', baseFile: 'cut.kld', chunks: 2 }), estimate), spec: undefined, after: (directory) => truncateSync(join(directory, 'cut.kld'), 20 + 2 * CONTEXT * 4 + 1.5 * chunkBytes(260)) },
    perplexityRun('base-cut', cut, cutShort),
    perplexityRun('base-cut-stderr', cut, cutShort, { withoutStdout: true }),
    perplexityRun('base-cut-stderr-with-prefix', withPrefix(cut), cutShort, { withoutStdout: true }),
  ];
}

function perplexityRun(name, args, says, options = {}) {
  return { spec: 'kld', name, tool: 'llama-perplexity', args, says, ...options };
}

function quantizeRun(name, options, says) {
  return { spec: 'quant', name, tool: 'llama-quantize', args: quantizeArgs({ ftype: 'Q4_K_M', input: 'model.gguf', output: `${name}.gguf`, threads: 1, ...options }), says };
}

function imatrixOf(text) {
  return imatrixArgs({ ...batches, model: 'model.gguf', text, output: 'imatrix.gguf', chunks: CHUNKS, threads: 1 });
}

/** The same run with times and levels before its lines. */
function withPrefix(args) {
  return args.map((arg) => arg.replace(/^--no-(?=log-)/, '--'));
}

/** Bytes that a base file holds of one chunk (tools/perplexity/perplexity.cpp). */
function chunkBytes(vocabulary) {
  return (CONTEXT / 2 - 1) * (vocabulary + 4) * 2;
}
