import { readFileSync } from 'node:fs';
import type { TensorTypeName } from '../../gguf/tensor-type.js';
import { readDryRun, type DryRun } from '../tool/dry-run.js';

/** The lines that llama-quantize v0.5.0 printed for a small Qwen3.5 model. */
export function recordedLines(name: 'plan-stock' | 'plan-rules' | 'plan-fallback'): string[] {
  return readFileSync(new URL(`../recorded/${name}.log`, import.meta.url), 'utf8').split('\n');
}

/** A recorded dry run. */
export function recordedDryRun(name: 'plan-stock' | 'plan-rules' | 'plan-fallback'): DryRun {
  return readDryRun(recordedLines(name));
}

/**
 * A dry run in a few words: `name from to`, of tensors with 256 x 4 elements; `from to wanted` for a
 * fallback.
 */
export function dryRun(...lines: readonly string[]): DryRun {
  const words = lines.map(
    (line) => line.split(' ') as [string, TensorTypeName, TensorTypeName, TensorTypeName?],
  );
  return {
    tensors: words.map(([name, from, to]) => ({ name, from, to, shape: [256, 4] })),
    fallbacks: words.flatMap(([tensor, , , wanted]) => (wanted === undefined ? [] : [{ tensor, wanted }])),
  };
}
