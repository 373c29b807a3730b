import { dryRunBytes, dryRunFailure, readDryRun } from './dry-run.js';
import { recordedDryRun, recordedLines } from '../testing/dry-runs.js';

describe('readDryRun, on recorded output of llama-quantize v0.5.0', () => {
  it('gives name, shape and types of every tensor in the order of the output', () => {
    const { tensors, fallbacks } = recordedDryRun('plan-rules');
    expect(tensors).toHaveLength(108);
    expect(tensors.slice(0, 3)).toEqual([
      { name: 'output_norm.weight', shape: [256], from: 'f32', to: 'f32' },
      { name: 'token_embd.weight', shape: [256, 1000], from: 'bf16', to: 'q6_K' },
      { name: 'blk.0.attn_gate.weight', shape: [256, 256], from: 'bf16', to: 'q8_0' },
    ]);
    expect(fallbacks).toEqual([]);
  });

  it('gives the types that rows did not fit', () => {
    expect(recordedDryRun('plan-fallback').fallbacks).toEqual([
      { tensor: 'blk.0.ffn_down.weight', wanted: 'q6_K' },
      { tensor: 'blk.1.ffn_down.weight', wanted: 'q4_K' },
      { tensor: 'blk.2.ffn_down.weight', wanted: 'q4_K' },
      { tensor: 'blk.3.ffn_down.weight', wanted: 'q6_K' },
    ]);
  });

  const edited = (change: (line: string) => string | null) =>
    recordedLines('plan-rules')
      .map(change)
      .filter((line) => line !== null);

  it.each<[string, (line: string) => string | null]>([
    ['a line is lost', (line) => (line.includes('blk.3.attn_v.weight') ? null : line)],
    ['the totals are lost', (line) => (line.includes('quant size') ? null : line)],
    [
      'a size is not what type and shape give',
      (line) => line.replace('0.49 MiB ->     0.20 MiB', '0.49 MiB ->     0.21 MiB'),
    ],
    ['a row fits no block', (line) => line.replace('[   256,   1000', '[   255,   1000')],
    ['a type is unknown', (line) => line.replace('(q6_K)', '(q9_K)')],
    ['a target type is missing', (line) => (line.includes('token_embd') ? line.replace(/size.*/, '') : line)],
  ])('refuses output in which %s', (_, change) => {
    expect(() => readDryRun(edited(change))).toThrow(
      expect.objectContaining({ code: 'DRY_RUN_UNREADABLE' }) as Error,
    );
  });

  it('throws the failure that the tool named', () => {
    const lines = [...recordedLines('plan-stock'), "llama_quantize: invalid ftype 'Q4_K_X'"];
    expect(() => readDryRun(lines)).toThrow(
      expect.objectContaining({ code: 'QUANTIZE_BAD_ARGUMENT' }) as Error,
    );
    expect(dryRunFailure(recordedLines('plan-stock'))).toBeNull();
  });
});

describe('dryRunBytes', () => {
  it('is exact', () => {
    expect(dryRunBytes({ shape: [256, 3, 2], from: 'bf16', to: 'q6_K' })).toEqual({ from: 3072, to: 1260 });
  });
});
