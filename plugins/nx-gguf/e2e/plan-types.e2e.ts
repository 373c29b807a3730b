import { rmSync } from 'node:fs';
import { qwen35Gguf, type Qwen35Shape } from '../src/gguf/testing/qwen35-gguf.js';
import type { TinyGguf } from '../src/gguf/testing/tiny-gguf.js';
import { ftypes } from '../src/quant/tool/ftypes.js';
import { quantizationPlan } from '../src/quant/plan/tensor-plan.js';
import { isQuantizedFtype, type PlanOptions } from '../src/quant/plan/plan-reason.js';
import { quantizeArgs } from '../src/quant/tool/quantize-args.js';
import { parseTensorTypes } from '../src/quant/rules/tensor-types.js';
import { realDryRun } from './support/dry-run.js';
import { scratchDirectory } from './support/workspace.js';

const directory = scratchDirectory();
const shape: Qwen35Shape = {
  layers: 8,
  hidden: 256,
  feedForward: 896,
  heads: 4,
  keyValueHeads: 2,
  headSize: 64,
  linearHeads: 4,
  linearHeadSize: 64,
  vocabulary: 1000,
};
const tied = qwen35Gguf(shape);
const untied: TinyGguf = {
  ...tied,
  tensors: [...(tied.tensors ?? []), { name: 'output.weight', shape: [256, 1000], type: 'bf16' }],
};
const text = 'blk\\.[0-2]\\.ffn_down=q6_K\nattn_qkv=q8_0\n_norm=q4_0\nembd=iq4_nl\noutput=q5_1\n';

afterAll(() => rmSync(directory, { recursive: true }));

describe('every type of llama-quantize', () => {
  it.each<[string, TinyGguf, Omit<PlanOptions, 'ftype'> & { pruneLayers?: number[] }]>([
    ['tied embeddings', tied, {}],
    ['an output matrix', untied, {}],
    ['an output type for tied embeddings', tied, { outputTensorType: 'q8_0' }],
    [
      'an output type and an embedding type',
      untied,
      { outputTensorType: 'q8_0', tokenEmbeddingType: 'q5_0' },
    ],
    ['an output that is left alone', untied, { leaveOutputTensor: true }],
    ['pure', untied, { pure: true }],
    ['layers that are removed', tied, { pruneLayers: [1, 3] }],
  ])(
    'is explained tensor by tensor, and sized to the byte: %s',
    async (_, model, options) => {
      for (const { name: ftype } of ftypes) {
        const args = quantizeArgs({ ...options, ftype, input: 'i', output: 'o' }).slice(0, -3);
        const stock = (await realDryRun(model, { directory, ftype, args })).dryRun;
        const rules = parseTensorTypes(text).rules;
        for (const tried of [[], rules]) {
          const actual =
            tried.length === 0
              ? stock
              : (await realDryRun(model, { directory, ftype, args, rules: text })).dryRun;
          const plan = quantizationPlan({ rules: tried, options: { ...options, ftype }, actual, stock });
          // Without rules nothing is said to come from one; with them, a quantized file has some that do.
          const isByRule = plan.tensors.some(({ because }) => because.kind === 'rule');
          expect({
            ftype,
            isByRule,
            hasSideEffects:
              tried.length === 0 && plan.tensors.some(({ because }) => because.kind === 'side-effect'),
          }).toEqual({ ftype, isByRule: tried.length > 0 && isQuantizedFtype(ftype), hasSideEffects: false });
        }
      }
    },
    120_000,
  );
});
