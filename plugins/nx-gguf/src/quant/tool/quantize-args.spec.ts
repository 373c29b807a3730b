import { quantizeArgs, type QuantizeOptions } from './quantize-args.js';

const args = (options: Partial<QuantizeOptions> = {}) =>
  quantizeArgs({ ftype: 'Q4_K_M', input: 'in.gguf', output: 'out.gguf', ...options }).join(' ');

describe('quantizeArgs', () => {
  it.each<[string, Partial<QuantizeOptions>, string]>([
    ['input, output and type', {}, 'in.gguf out.gguf Q4_K_M'],
    ['threads last', { threads: 2 }, 'in.gguf out.gguf Q4_K_M 2'],
    ['the canonical name of a type', { ftype: 'q4_k' }, 'in.gguf out.gguf Q4_K_M'],
    ['an importance matrix', { imatrixFile: 'i.gguf' }, '--imatrix i.gguf in.gguf out.gguf Q4_K_M'],
    ['rules', { tensorTypesFile: 't.txt' }, '--tensor-type-file t.txt in.gguf out.gguf Q4_K_M'],
    [
      'tensor types in their spelling',
      { outputTensorType: 'Q6_k', tokenEmbeddingType: 'F16' },
      '--output-tensor-type q6_K --token-embedding-type f16 in.gguf out.gguf Q4_K_M',
    ],
    [
      'each weight with its flag',
      { includeWeights: ['a', 'b'] },
      '--include-weights a --include-weights b in.gguf out.gguf Q4_K_M',
    ],
    ['excluded weights', { excludeWeights: ['a'] }, '--exclude-weights a in.gguf out.gguf Q4_K_M'],
    [
      'overrides in their order',
      { overrideKv: ['b=int:1', 'a=int:2'] },
      '--override-kv b=int:1 --override-kv a=int:2 in.gguf out.gguf Q4_K_M',
    ],
    [
      'pruned layers in order, once each',
      { pruneLayers: [10, 2, 10] },
      '--prune-layers 2,10 in.gguf out.gguf Q4_K_M',
    ],
    ['no flag for an empty list', { pruneLayers: [], overrideKv: [] }, 'in.gguf out.gguf Q4_K_M'],
    [
      'flags that are set',
      { pure: true, leaveOutputTensor: true, allowRequantize: true, keepSplit: true, dryRun: true },
      '--allow-requantize --leave-output-tensor --pure --keep-split --dry-run in.gguf out.gguf Q4_K_M',
    ],
    ['no flag that is off', { pure: false }, 'in.gguf out.gguf Q4_K_M'],
    ['an output that the tool would take for a type', { output: '7b.gguf' }, 'in.gguf ./7b.gguf Q4_K_M'],
    ['an input that the tool would take for a flag', { input: '--x.gguf' }, './--x.gguf out.gguf Q4_K_M'],
  ])('gives %s', (_, options, expected) => {
    expect(args(options)).toBe(expected);
  });
});
