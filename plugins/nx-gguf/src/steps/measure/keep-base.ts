import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import prettyBytes from 'pretty-bytes';
import { GgufError } from '../../core/errors.js';
import type { BaseCounter } from '../../kld/base/base-counter.js';
import { encodeBase } from '../../kld/base/base-encoding.js';
import { baseSizeBytes } from '../../kld/base/base-format.js';
import type { BasePerplexity } from '../../kld/statistics/base-perplexity.js';
import { freeBytes } from '../../files/free-space.js';
import { baseArgs, baseFile, type KldBase } from './kld-base.js';
import { lostWords } from './perplexity-tool.js';
import type { StepOutcome, Workbench } from '../step.js';

/** Base logits on their way into the store. */
export interface BaseKeeper {
  /** Takes the logits as they come. */
  stream: PassThrough;
  /** The encoded file, once all of it is written; rejects with `KLD_BASE_NOT_KEPT` when they are too many. */
  written: Promise<string>;
}

/** How far keeping is: bytes of logits that were taken, and bytes that they became. */
export interface KeptSoFar {
  rawBytes: number;
  packedBytes: number;
}

/**
 * Of the sharpest real model that was measured the logits were encoded 15 : 1 (see
 * tools/bench/base-encoding.mjs).
 */
const bestRatio = 20;
/** Logits that the encoder may have taken and not given back yet: four frames and what waits in streams. */
const aheadBytes = 16 << 20;
const firstLookBytes = 64 << 20;
const lookBytes = 256 << 20;
/** Bytes that are left to other programs. */
const marginBytes = 64 << 20;

/**
 * Encodes base logits into a file while others read them too, unless they are more than a limit or than the
 * disk has room for.
 */
export function baseKeeper(
  base: KldBase,
  { directory, store }: Workbench,
  { counter, limitBytes }: { counter: BaseCounter; limitBytes: number },
): BaseKeeper {
  const stream = new PassThrough({ highWaterMark: 1 << 20 });
  const path = join(directory, packedName(base));
  const sofar: KeptSoFar = { rawBytes: 0, packedBytes: 0 };
  let lookAt = 0;
  // The ratio depends on the model and is not known before: the first check only refuses hopeless cases,
  // later checks measure.
  const look = async (): Promise<void> => {
    const shape = counter.shape();
    if (shape === null || sofar.rawBytes < lookAt) return;
    lookAt = Math.max(firstLookBytes, sofar.rawBytes + (lookAt === 0 ? 0 : lookBytes));
    requireRoom(baseSizeBytes(shape), sofar, { limitBytes, freeBytes: await freeBytes(store.root) });
  };
  async function* taken(logits: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const bytes of logits) {
      sofar.rawBytes += bytes.byteLength;
      await look();
      yield bytes;
    }
  }
  async function* given(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const bytes of packed) {
      sofar.packedBytes += bytes.byteLength;
      yield bytes;
    }
  }
  const written = pipeline(stream, taken, encodeBase, given, createWriteStream(path, { flags: 'w' })).then(
    () => path,
  );
  // The failure is handled where the promise is awaited, later.
  written.catch(() => undefined);
  return { stream, written };
}

/** The kept base as a result of its step. */
export function keptOutcome(
  base: KldBase,
  { path, counter, perplexity }: { path: string; counter: BaseCounter; perplexity: BasePerplexity | null },
): StepOutcome {
  const shape = counter.shape();
  if (shape === null) throw counter.incomplete();
  if (perplexity === null) throw lostWords('the base pass');
  return {
    files: [{ name: packedName(base), path }],
    facts: {
      ...shape,
      perplexity: perplexity.final.value,
      perplexityError: perplexity.final.error,
      runningPerplexity: [...perplexity.running],
      rawBytes: baseSizeBytes(shape),
    },
    commands: [['llama-perplexity', ...baseArgs(base)]],
  };
}

/**
 * Holds that base logits are within the limit, and that the disk has room for what they become: at the best
 * ratio there is before anything was encoded, then at the ratio so far.
 * @throws GgufError `KLD_BASE_NOT_KEPT`
 */
export function requireRoom(
  rawBytes: number,
  sofar: KeptSoFar,
  { limitBytes, freeBytes: free }: { limitBytes: number; freeBytes: number | null },
): void {
  const size = (bytes: number): string => prettyBytes(bytes, { binary: true });
  if (rawBytes > limitBytes)
    throw new GgufError(
      'KLD_BASE_NOT_KEPT',
      `the base logits are ${size(rawBytes)}, over the limit of ${size(limitBytes)}`,
      { hint: 'Raise "baseLimit" of the evaluation in model.json to keep them.' },
    );
  const encodedBytes = sofar.rawBytes - aheadBytes;
  const ratio =
    encodedBytes >= firstLookBytes - aheadBytes && sofar.packedBytes > 0
      ? encodedBytes / sofar.packedBytes
      : null;
  const neededBytes = Math.min(rawBytes, rawBytes / (ratio ?? bestRatio)) - sofar.packedBytes;
  if (free === null || free >= neededBytes + marginBytes) return;
  const estimate =
    ratio === null
      ? `at least ${size(neededBytes)} encoded`
      : `about ${size(neededBytes + sofar.packedBytes)} encoded (${ratio.toFixed(1)} : 1 so far)`;
  throw new GgufError(
    'KLD_BASE_NOT_KEPT',
    `the base logits are ${size(rawBytes)}, ${estimate}, and the store has ${size(free)} left`,
    { hint: 'Free space, e.g. with `npx nx-gguf store gc`.' },
  );
}

function packedName(base: KldBase): string {
  return `${baseFile(base)}.packed`;
}
