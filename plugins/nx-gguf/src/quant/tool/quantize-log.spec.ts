import { readFileSync } from 'node:fs';
import { parseQuantizeLine, type QuantizeEvent } from './quantize-log.js';

const events = (log: string) =>
  readFileSync(new URL(`../recorded/${log}.log`, import.meta.url), 'utf8')
    .split('\n')
    .map(parseQuantizeLine)
    .filter((event) => event !== null);
const only = <Kind extends QuantizeEvent['kind']>(log: string, kind: Kind) =>
  events(log).filter((event): event is Extract<QuantizeEvent, { kind: Kind }> => event.kind === kind);

describe('parseQuantizeLine, on recorded output of llama-quantize v0.5.0', () => {
  it('counts the tensors of a run', () => {
    const tensors = only('imatrix-and-rules', 'tensor');
    expect(tensors.map(({ index }) => index)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
    expect(tensors.every(({ total }) => total === 21)).toBe(true);
  });

  it('gives a converted, a copied and an interrupted tensor', () => {
    const tensors = only('imatrix-and-rules', 'tensor');
    expect(tensors[7]).toEqual({
      kind: 'tensor',
      index: 8,
      total: 21,
      tensor: 'blk.0.attn_v.weight',
      shape: [256, 128, 1, 1],
      from: 'f32',
      to: 'q8_0',
      copied: false,
      sizeMib: 0.03,
      sizeDigits: 2,
    });
    expect(tensors[1]).toMatchObject({ tensor: 'output_norm.weight', from: 'f32', to: 'f32', copied: true });
    expect(tensors[0]).toMatchObject({ tensor: 'output.weight', to: null, copied: false });
    expect(only('imatrix-and-rules', 'no-imatrix-entry').map(({ tensor }) => tensor)).toEqual([
      'output.weight',
      'token_embd.weight',
    ]);
    expect(only('imatrix-and-rules', 'converted').map(({ to }) => to)).toEqual(['q6_K', 'q4_K']);
  });

  it('gives the overrides that rules caused', () => {
    expect(only('imatrix-and-rules', 'override')).toEqual([
      { kind: 'override', tensor: 'blk.0.attn_v.weight', from: 'q4_K', to: 'q8_0' },
      { kind: 'override', tensor: 'blk.0.ffn_down.weight', from: 'q4_K', to: 'q6_K' },
      { kind: 'override', tensor: 'blk.1.ffn_down.weight', from: 'q4_K', to: 'q6_K' },
    ]);
  });

  it('gives the totals', () => {
    expect(only('imatrix-and-rules', 'total')).toEqual([
      { kind: 'total', of: 'model', sizeMib: 5.01, bitsPerWeight: 32 },
      { kind: 'total', of: 'quant', sizeMib: 0.81, bitsPerWeight: 5.14 },
    ]);
  });

  it('gives whatever else is called a warning, and nothing of that kind in known output', () => {
    const line = 'llama_model_quantize_impl: WARNING: something new';
    expect(parseQuantizeLine(line)).toEqual({ kind: 'warning', message: line });
    for (const log of ['imatrix-and-rules', 'dry-run', 'fallback', 'plan-fallback', 'dry-run-needs-imatrix'])
      expect(only(log, 'warning')).toEqual([]);
  });

  it('reads the plan of a dry run', () => {
    const tensors = only('dry-run', 'tensor');
    expect(tensors).toHaveLength(21);
    expect(tensors.every(({ to }) => to !== null)).toBe(true);
    expect(tensors[0]).toMatchObject({ tensor: 'output.weight', from: 'f32', to: 'q6_K', copied: false });
    expect(events('dry-run-needs-imatrix')).toContainEqual({ kind: 'imatrix-required' });
  });

  it('gives the types a row did not fit, and how many', () => {
    const fallbacks = only('fallback', 'fallback');
    expect(fallbacks).toHaveLength(15);
    expect(fallbacks[0]).toEqual({
      kind: 'fallback',
      tensor: 'token_embd.weight',
      rowElements: 160,
      wanted: 'q4_K',
      to: 'q5_0',
    });
    expect(only('fallback', 'fallback-count')).toEqual([{ kind: 'fallback-count', count: 15, total: 21 }]);
  });

  it('reads a fallback of a fallback', () => {
    const line =
      'warning: blk.0.ffn_up.weight                  - ncols     40 not divisible by 256 (required for type    q4_K) (WARNING: must use F16 due to unusual shape) -> falling back to     f16';
    expect(parseQuantizeLine(line)).toEqual({
      kind: 'fallback',
      tensor: 'blk.0.ffn_up.weight',
      rowElements: 40,
      wanted: 'q4_K',
      to: 'f16',
    });
  });

  it.each([
    ['needs-imatrix', 'QUANTIZE_NEEDS_IMATRIX', 'this quantization requires an imatrix!'],
    ['requantize', 'QUANTIZE_REQUANTIZES', 'requantizing from type q4_K is disabled'],
    ['bad-pattern', 'QUANTIZE_BAD_RULE', "Mismatched '(' and ')' in regular expression"],
    ['bad-type', 'QUANTIZE_BAD_ARGUMENT', "invalid ggml_type 'q9_K'"],
    [
      'cut-model',
      'QUANTIZE_BAD_MODEL',
      "tensor 'blk.1.attn_k.weight' data is not within the file bounds, model is corrupted or incomplete",
    ],
    ['imatrix-missing', 'QUANTIZE_IMATRIX_UNFIT', "failed to load imatrix from 'nothing.gguf'"],
    ['bad-ftype', 'QUANTIZE_BAD_ARGUMENT', "invalid ftype 'Q4_K_X'"],
  ])('names the failure of %s', (log, code, message) => {
    expect(only(log, 'failure')[0]).toEqual({ kind: 'failure', code, message });
  });

  it('names an abort, also behind a tensor', () => {
    expect(
      parseQuantizeLine(
        '[  12/  21] a - [ 256], type = f32, converting to q8_K .. ggml.c:8129: GGML_ASSERT(result == nrows * row_size) failed',
      ),
    ).toEqual({
      kind: 'failure',
      code: 'QUANTIZE_ABORTED',
      message: 'GGML_ASSERT(result == nrows * row_size) failed',
    });
  });

  it('finds no failure in runs that succeeded', () => {
    expect([
      ...only('imatrix-and-rules', 'failure'),
      ...only('dry-run', 'failure'),
      ...only('fallback', 'failure'),
    ]).toEqual([]);
  });

  it.each(['', 'version: 0.5.0', 'llama_model_loader: - type  f32:   21 tensors', '[1/2] broken'])(
    'says nothing about %p',
    (line) => {
      expect(parseQuantizeLine(line)).toBeNull();
    },
  );
});
