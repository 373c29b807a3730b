import { GgufError } from '../core/errors.js';

const tailLines = 20;

const failures: readonly (readonly [code: string, pattern: RegExp, hint: string])[] = [
  [
    'MODEL_NOT_LOADED',
    /error: failed to load model/,
    'Check that the model is complete, that this llama.cpp knows its architecture, and that there is memory for it.',
  ],
  [
    'BENCH_CONTEXT_FAILED',
    /error: failed to create context/,
    'There is no memory for the context, or the settings do not fit together: a quantized cache of values needs flash attention.',
  ],
  [
    'BENCH_DEVICE_UNKNOWN',
    /^error: invalid device:/,
    '`llama-bench --list-devices` names the devices that this build of llama.cpp finds here.',
  ],
  [
    'BENCH_BAD_ARGUMENT',
    /^error: invalid parameter for argument/,
    'This llama.cpp takes no such argument or value: see "bench" in model.json.',
  ],
  [
    'DECODE_FAILED',
    /error: failed to run|failed to decode/,
    'The model could not be evaluated: check free memory, batch size and context.',
  ],
];

/** The failure that llama-bench reported on stderr, in its own words, or null. */
export function benchFailureIn(stderr: string): GgufError | null {
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  for (const [code, pattern, hint] of failures) {
    const words = lines.find((line) => pattern.test(line));
    if (words !== undefined) return new GgufError(code, words, { hint, tail: lines.slice(-tailLines) });
  }
  return null;
}
