import { join } from 'node:path';
import { GgufError, isGgufError } from '../../core/errors.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { BaseCounter } from '../../kld/base/base-counter.js';
import type { BasePerplexity } from '../../kld/statistics/base-perplexity.js';
import { requireBasePerplexity } from '../../kld/tool/perplexity-log.js';
import type { StoreLayout } from '../../store/layout.js';
import { readFifo } from '../../toolchain/fifo.js';
import { baseArgs, baseFile, type KldBase } from './kld-base.js';
import { keptLogits, keptPerplexity } from './kept-base.js';
import { baseFailure, runBasePass, type BaseResult, type BaseState } from './perplexity-tool.js';
import type { Workbench } from '../step.js';

/** Where base logits come from. */
export interface BaseSource {
  bytes: AsyncIterable<Uint8Array>;
  /**
   * Settles when nothing more comes: the perplexity of the unquantized model over all of them, null when the
   * tool lost its last words; or why they are incomplete or of no use.
   */
  ended: Promise<{ perplexity: BasePerplexity | null } | { error: unknown }>;
  /** What the unquantized model gave up to a chunk, once that is known. */
  state: (chunk: number) => Promise<BaseState>;
  /**
   * Says that nobody needs them any more; false when there are no more anyway, and only the reason is still
   * to come.
   */
  stop: () => boolean;
}

/** How a source runs. */
export interface SourceOptions {
  threads: number;
  signal: AbortSignal;
  counter: BaseCounter;
  onOutput: (text: string) => void;
}

/**
 * The logits that llama-perplexity computes while they are read; its model, text and FIFO are in the
 * directory.
 */
export function computedBase(
  base: KldBase,
  bench: Workbench,
  { threads, signal, counter, onOutput }: SourceOptions,
): BaseSource {
  const fifo = readFifo(join(bench.directory, baseFile(base)));
  const unneeded = new AbortController();
  const states = baseStates();
  const ended = runBasePass(
    {
      args: baseArgs(base),
      threads,
      signal: AbortSignal.any([signal, unneeded.signal]),
      onOutput,
      onChunk: ({ chunk }) => {
        states.finite(chunk);
      },
    },
    bench,
  )
    .finally(fifo.release)
    .then(
      (result) => {
        states.end('unknown');
        return { result };
      },
      (error: unknown) => {
        states.end(isGgufError(error) && error.code === 'KLD_NOT_FINITE' ? 'broken' : 'unknown');
        return { error };
      },
    );
  // The tool has ended when the last bytes are still in the FIFO.
  const drained = deferred();
  let isDrained = false;
  const atEnd = (): void => {
    isDrained = true;
    drained.resolve();
  };
  return {
    bytes: whole(fifo.bytes, atEnd),
    state: states.at,
    ended: ended.then(async (ending) => {
      if ('error' in ending) {
        // Nothing that is still in the FIFO is of use.
        fifo.destroy();
        return { error: inBaseWords(base, ending.error) };
      }
      await Promise.race([drained.promise, aborted(unneeded.signal)]);
      // Events after the last byte, even a crash, do not affect the logits.
      if (!counter.isComplete())
        return { error: inBaseWords(base, baseFailure(ending.result, counter.incomplete())) };
      return perplexityIn(ending.result, base);
    }),
    stop: () => {
      // A tool that closed its end is about to say why it ends.
      if (isDrained) return false;
      unneeded.abort();
      fifo.destroy();
      return true;
    },
  };
}

/** The logits that were kept earlier. */
export function keptBase(
  kept: Manifest,
  base: KldBase,
  { store, counter }: { store: StoreLayout; counter: BaseCounter },
): BaseSource {
  const drained = deferred();
  let isDrained = false;
  let error: unknown = null;
  const atEnd = (): void => {
    isDrained = true;
    drained.resolve();
  };
  async function* bytes(): AsyncIterable<Uint8Array> {
    try {
      yield* keptLogits(kept, base, store);
    } catch (cause) {
      error = cause;
    }
  }
  return {
    bytes: whole(bytes(), atEnd),
    // Logits are kept only with a finite perplexity.
    state: () => Promise.resolve('finite'),
    ended: drained.promise.then(() =>
      error === null && counter.isComplete()
        ? { perplexity: keptPerplexity(kept) }
        : { error: error ?? counter.incomplete() },
    ),
    stop: () => {
      drained.resolve();
      return !isDrained;
    },
  };
}

/**
 * The perplexity that a base pass ended with; null when its last words were lost, which is no reason to blame
 * anybody.
 */
export function perplexityIn(
  { output, running }: BaseResult,
  base: KldBase,
): { perplexity: BasePerplexity | null } | { error: unknown } {
  try {
    return { perplexity: { final: requireBasePerplexity(output), running } };
  } catch (error) {
    return isGgufError(error) && error.code === 'KLD_NOT_FINITE'
      ? { error: inBaseWords(base, error) }
      : { perplexity: null };
  }
}

/** Who waits for what the unquantized model gives, chunk by chunk. */
function baseStates() {
  let last = 0;
  let ending: BaseState | null = null;
  let waiting: { chunk: number; resolve: (state: BaseState) => void }[] = [];
  const settle = (): void => {
    const known = waiting.filter(({ chunk }) => ending !== null || chunk <= last);
    waiting = waiting.filter((one) => !known.includes(one));
    for (const { chunk, resolve } of known) resolve(chunk <= last ? 'finite' : (ending ?? 'unknown'));
  };
  return {
    finite: (chunk: number): void => {
      last = chunk;
      settle();
    },
    end: (state: BaseState): void => {
      ending = state;
      settle();
    },
    at: (chunk: number): Promise<BaseState> =>
      new Promise((resolve) => {
        waiting.push({ chunk, resolve });
        settle();
      }),
  };
}

async function* whole(bytes: AsyncIterable<Uint8Array>, onEnd: () => void): AsyncIterable<Uint8Array> {
  try {
    yield* bytes;
  } finally {
    onEnd();
  }
}

/** An error of the base pass, named so that it is not looked for in the variant. */
export function inBaseWords({ model }: KldBase, error: unknown): unknown {
  if (!isGgufError(error) || error.code === 'INTERRUPTED') return error;
  const { code, message, hint, tail } = error;
  return new GgufError(code, `base pass of ${model[0]?.name ?? ''}: ${message}`, {
    cause: error,
    tail,
    ...(hint === undefined ? {} : { hint }),
  });
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
    if (signal.aborted) resolve();
  });
}
