import { join } from 'node:path';
import { GgufError, isGgufError } from '../../core/errors.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { BaseCounter } from '../../kld/base/base-counter.js';
import type { StoreLayout } from '../../store/layout.js';
import { readFifo } from '../../toolchain/fifo.js';
import { baseArgs, baseFile, type KldBase } from './kld-base.js';
import { keptLogits } from './kept-base.js';
import { baseFailure, runBasePass } from './perplexity-tool.js';
import type { Workbench } from '../step.js';

/** Where base logits come from. */
export interface BaseSource {
  bytes: AsyncIterable<Uint8Array>;
  /**
   * Settles when nothing more comes: the output of the tool that made them (empty without one), or why they
   * are incomplete.
   */
  ended: Promise<{ output: string } | { error: unknown }>;
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
  const ended = runBasePass(
    { args: baseArgs(base), threads, signal: AbortSignal.any([signal, unneeded.signal]), onOutput },
    bench,
  )
    .finally(fifo.release)
    .then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
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
    ended: ended.then(async (ending) => {
      await Promise.race([drained.promise, aborted(unneeded.signal)]);
      // Events after the last byte, even a crash, do not affect the logits.
      if (counter.isComplete()) return { output: 'result' in ending ? ending.result.output : '' };
      return {
        error: inBaseWords(
          base,
          'result' in ending ? baseFailure(ending.result, counter.incomplete()) : ending.error,
        ),
      };
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
    ended: drained.promise.then(() =>
      error === null && counter.isComplete() ? { output: '' } : { error: error ?? counter.incomplete() },
    ),
    stop: () => {
      drained.resolve();
      return !isDrained;
    },
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
