import type { QuantizeOptions } from './quantize-args.js';
import { checkQuantizeOptions } from './quantize-options.js';

const check = (options: Partial<QuantizeOptions>) =>
  checkQuantizeOptions({ ftype: 'Q4_K_M', input: 'in.gguf', output: 'out.gguf', ...options });

describe('checkQuantizeOptions', () => {
  it.each<Partial<QuantizeOptions>>([
    {},
    {
      imatrixFile: 'i',
      includeWeights: ['a'],
      tensorTypesFile: 't',
      outputTensorType: 'q8_0',
      threads: 4,
      pruneLayers: [0, 3],
    },
    { ftype: 'copy', overrideKv: ['a=int:1'], pruneLayers: [1], pure: false },
    { ftype: 'BF16', outputTensorType: 'q8_0' },
    { keepSplit: true, output: 'dir/out.gguf' },
  ])('finds nothing wrong with %j', (options) => {
    expect(check(options)).toEqual([]);
  });

  it.each<[Partial<QuantizeOptions>, string, string]>([
    [{ ftype: 'Q4_KM' }, 'UNKNOWN_FTYPE', "did you mean 'Q4_K_M'"],
    [{ ftype: 'Q4_0_4_4' }, 'UNKNOWN_FTYPE', "removed the quantization type 'Q4_0_4_4': it arranges Q4_0"],
    [{ outputTensorType: 'iq4_nl_4_4' }, 'BAD_TARGET_TYPE', 'it arranges iq4_nl that way'],
    [{ outputTensorType: 'q7' }, 'BAD_TARGET_TYPE', 'outputTensorType'],
    [{ tokenEmbeddingType: 'i32' }, 'BAD_TARGET_TYPE', 'cannot convert'],
    [{ overrideKv: ['a=b'] }, 'BAD_OVERRIDE_KV', "'a=b'"],
    [{ imatrixFile: 'i', includeWeights: ['a'], excludeWeights: ['b'] }, 'OPTIONS_CONFLICT', 'together'],
    [{ includeWeights: ['a'] }, 'OPTION_IGNORED', 'without an importance matrix'],
    [{ imatrixFile: 'i', excludeWeights: [''] }, 'BAD_VALUE', 'every tensor'],
    [{ ftype: 'COPY', tensorTypesFile: 't' }, 'OPTION_IGNORED', 'COPY'],
    [{ ftype: 'COPY', imatrixFile: 'i' }, 'OPTION_IGNORED', 'COPY'],
    [{ ftype: 'f16', tensorTypesFile: 't' }, 'OPTION_IGNORED', 'F16'],
    [{ ftype: '0', pure: true }, 'OPTION_IGNORED', 'F32'],
    [{ leaveOutputTensor: true, outputTensorType: 'q8_0' }, 'OPTIONS_CONFLICT', 'leaveOutputTensor'],
    [{ output: 'in.gguf' }, 'OPTIONS_CONFLICT', 'same file'],
    [{ output: '' }, 'BAD_VALUE', 'path'],
    [{ threads: 0 }, 'BAD_VALUE', 'threads is 0'],
    [{ pruneLayers: [-1] }, 'BAD_VALUE', 'pruneLayers'],
    [{ keepSplit: true, output: 'a.gguf.part' }, 'BAD_VALUE', 'keepSplit'],
  ])('%j: %s', (options, code, message) => {
    expect(check(options)).toEqual([{ code, message: expect.stringContaining(message) as string }]);
  });

  it('collects every problem', () => {
    expect(check({ ftype: 'Q4', outputTensorType: 'x', overrideKv: ['a', 'b'], threads: 1.5 })).toHaveLength(
      5,
    );
  });
});
