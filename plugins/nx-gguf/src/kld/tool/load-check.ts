import { plainOfflineFlags } from './tool-flags.js';
import { toolLines } from './perplexity-failures.js';

/**
 * Arguments with which llama-perplexity loads a model, makes the smallest context, and ends: without a base
 * file it computes nothing (tools/perplexity/perplexity.cpp). The file is mapped into memory, which is the
 * default, and stays as it is: no device, no other layout of weights, no trial for free memory. The second
 * list is for versions of llama.cpp that do not know all of these.
 */
export function loadArgs(model: string): [string[], string[]] {
  const plain = ['-m', model, '--no-warmup', '-ngl', '0', '-c', '8', '-b', '8', '-ub', '8', '-t', '1'];
  // Reads all data, as their digests do; whatever is NaN or infinite no later step takes.
  const frugal = ['--check-tensors', '--no-repack', '-fit', 'off', '-dev', 'none'];
  return [
    [...plainOfflineFlags, ...plain, ...frugal, '--kl-divergence'],
    [...plain, '--kl-divergence'],
  ];
}

/** True when the tool did not try to load anything, since it knows no such argument. */
export function isUnknownArgument(output: string): boolean {
  return toolLines(output).some((line) => /^error: (?:invalid|unknown) argument: /.test(line));
}

/**
 * Why a model was not loaded, in the tool's words, the tensor that it missed, and those with values that are NaN
 * or infinite.
 */
export interface LoadFailure {
  readonly reason: string;
  readonly missing: string | null;
  readonly invalid: readonly string[];
}

/**
 * Why a model was not loaded, or null when it was: the exit code tells, since the tool can end before its last
 * words are out. A draft model computes only beside the model that it drafts for: it is loaded, and gets no
 * context of its own.
 */
export function loadFailure(output: string, exitCode: number): LoadFailure | null {
  const lines = toolLines(output);
  if (exitCode === 0 || lines.some((line) => line.includes(' requires ctx_other to be set'))) return null;
  const reason = wordsOf(lines);
  const [, asked, created] = /tensor '([^']+)' not found|missing tensor '([^']+)'/.exec(reason) ?? [];
  const invalid = lines.flatMap((line) => /tensor '(.+)' has invalid data/.exec(line)?.[1] ?? []);
  return { reason, missing: asked ?? created ?? null, invalid };
}

const reasons = [
  /error loading model: (.+)$/,
  /failed to initialize the context: (.+)$/,
  /(GGML_ASSERT\(.+)$/,
];

function wordsOf(lines: readonly string[]): string {
  for (const pattern of reasons) {
    const words = lines.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
    if (words !== undefined) return words.replace(/^check_tensor_dims: /, '').replace(/\s+/g, ' ');
  }
  return lines.at(-1) ?? 'the tool gave no reason';
}
