import { isUnknownArgument, loadArgs, loadFailure } from './load-check.js';

// Recorded with llama-perplexity of llama.cpp v0.5.0.
const tail = (file: string) => `llama_model_load_from_file_impl: failed to load model
cmn  common_init_: failed to load model '${file}'
llama_perplexity: unable to load model
`;
const loaded = `load: control-looking token: 128247 '</s>' was not control-type; this is probably a bug in the model. its type will be overridden
cmn          init: llama threadpool init, n_threads = 1

kl_divergence: you must provide a name of a file containing the log probabilities of the base model
`;

describe('loading a model with llama-perplexity', () => {
  it('computes nothing, and maps the file as it is', () => {
    const [args, plain] = loadArgs('m.gguf');
    expect(args).toEqual(expect.arrayContaining(['--no-repack', '--offline', '--check-tensors']));
    for (const each of [args, plain]) {
      expect(each).toEqual(expect.arrayContaining(['--no-warmup', '--kl-divergence']));
      expect(each[each.indexOf('-m') + 1]).toBe('m.gguf');
      expect(each).not.toContain('-f');
      expect(each).not.toContain('--kl-divergence-base');
    }
  });

  it('is not tried by a tool that does not know an argument', () => {
    expect(isUnknownArgument('error: invalid argument: --no-repack\n')).toBe(true);
    expect(isUnknownArgument(loaded)).toBe(false);
  });

  it.each([
    ['its last words', loaded],
    ['no words, which the tool can lose', ''],
  ])('is done when the tool ends well, with %s', (_, output) => {
    expect(loadFailure(output, 0)).toBeNull();
  });

  it.each([
    [
      `llama_model_load: error loading model: check_tensor_dims: tensor 'blk.4.attn_norm.weight' not found\n${tail('m.gguf')}`,
      { reason: "tensor 'blk.4.attn_norm.weight' not found", missing: 'blk.4.attn_norm.weight', invalid: [] },
    ],
    [
      `llama_model_load: error loading model: check_tensor_dims: tensor 'token_embd.weight' has wrong shape; expected    256, 151936, got    256, 151000,      1,      1\n${tail('m.gguf')}`,
      {
        reason: "tensor 'token_embd.weight' has wrong shape; expected 256, 151936, got 256, 151000, 1, 1",
        missing: null,
        invalid: [],
      },
    ],
    [
      `0.00.227.881 E llama_model_load: error loading model: missing tensor 'output_norm.weight'\n`,
      { reason: "missing tensor 'output_norm.weight'", missing: 'output_norm.weight', invalid: [] },
    ],
    [
      `llama_model_load: error loading model: unknown model architecture: 'foo'\n${tail('m.gguf')}`,
      { reason: "unknown model architecture: 'foo'", missing: null, invalid: [] },
    ],
    [
      'llama_init_from_model: failed to initialize the context: n_ctx_seq == 0\nllama_perplexity: failed to create context\n',
      { reason: 'n_ctx_seq == 0', missing: null, invalid: [] },
    ],
    [
      '/x/ggml.c:12: GGML_ASSERT(a == b) failed\n',
      { reason: 'GGML_ASSERT(a == b) failed', missing: null, invalid: [] },
    ],
    [
      `ggml_validate_row_data: found 1 NaNs in row of 196608 BF16 values
0.02.848.393 E load_all_data: tensor 'blk.1.ffn_down.weight' has invalid data
ggml_validate_row_data: found nan value at block 1
0.02.848.394 E load_all_data: tensor 'blk.0.attn_norm.weight' has invalid data
0.03.100.128 E llama_model_load: error loading model: found tensors with invalid data
${tail('m.gguf')}`,
      {
        reason: 'found tensors with invalid data',
        missing: null,
        invalid: ['blk.1.ffn_down.weight', 'blk.0.attn_norm.weight'],
      },
    ],
    ['', { reason: 'the tool gave no reason', missing: null, invalid: [] }],
  ])('fails with the reason that was given: %j', (output, failure) => {
    expect(loadFailure(output, 1)).toEqual(failure);
  });

  it('is done for a draft model, which gets a context only beside another model', () => {
    const output =
      'llama_init_from_model: failed to initialize the context: eagle3 requires ctx_other to be set (this warning is normal during memory fitting)\nllama_perplexity: failed to create context\n';
    expect(loadFailure(output, 1)).toBeNull();
  });
});
