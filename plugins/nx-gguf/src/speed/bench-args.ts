import { GgufError } from '../core/errors.js';
import type { BenchSettings } from '../core/generated/model.generated.js';
import { numberFlag } from '../kld/tool/tool-flags.js';

/**
 * Arguments of llama-bench for one model (checked against tools/llama-bench/llama-bench.cpp of v0.5.0). It
 * has no argument for its log: results are JSON on stdout, all else is on stderr.
 * @throws GgufError `BENCH_NO_TESTS` when the settings name no size: the tool would print an empty list.
 */
export function benchArgs(model: string, settings: BenchSettings): string[] {
  const { prompt = [512], generate = [128], depth = [0], repetitions = 5 } = settings;
  if (prompt.length + generate.length === 0)
    throw new GgufError('BENCH_NO_TESTS', '"bench" names no size to measure', {
      hint: 'Give "prompt" or "generate" at least one number of tokens.',
    });
  const text = (flag: string, value: string | undefined): string[] =>
    value === undefined ? [] : [flag, value];
  return [
    '-m',
    model,
    '-o',
    'json',
    '--progress',
    '--offline',
    '-p',
    sizes(prompt),
    '-n',
    sizes(generate),
    '-d',
    sizes(depth),
    '-r',
    String(repetitions),
    ...numberFlag('-t', settings.threads),
    ...numberFlag('-b', settings.batch),
    ...numberFlag('-ub', settings.ubatch),
    ...numberFlag('-ngl', settings.gpuLayers),
    ...text('-fa', settings.flashAttention),
    ...text('-dev', settings.devices?.join('/')),
    ...text('-ctk', settings.cacheTypeK),
    ...text('-ctv', settings.cacheTypeV),
  ];
}

/** Number of tests that llama-bench runs with these settings. */
export function benchTestCount({ prompt = [512], generate = [128], depth = [0] }: BenchSettings): number {
  return (prompt.length + generate.length) * Math.max(1, depth.length);
}

/** Without any size the tool would take its default; 0 is no test. */
function sizes(values: readonly number[]): string {
  return values.length === 0 ? '0' : values.join(',');
}
