import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import prettyBytes from 'pretty-bytes';
import { GgufError, isGgufError, systemErrorCode } from '../../core/errors.js';
import type { Manifest, ManifestFile } from '../../core/generated/manifest.generated.js';
import { decodeBase } from '../../kld/base/base-encoding.js';
import { baseSizeBytes, readBaseHead, requireBaseShape, type BaseShape } from '../../kld/base/base-format.js';
import type { BasePerplexity } from '../../kld/statistics/base-perplexity.js';
import { findBlob } from '../../store/blobs.js';
import type { StoreLayout } from '../../store/layout.js';
import { fact } from '../facts.js';
import type { KldBase } from './kld-base.js';

/** The dimensions of kept base logits, or null where their manifest states none. */
export function keptShape(kept: Manifest): BaseShape | null {
  const [ctx, vocabulary, chunks] = (['ctx', 'vocabulary', 'chunks'] as const).map((name) =>
    fact<number>(kept, name),
  );
  return typeof ctx !== 'number' || typeof vocabulary !== 'number' || typeof chunks !== 'number'
    ? null
    : { ctx, vocabulary, chunks };
}

/** The perplexity that the pass which made kept logits printed; null where their manifest does not state it. */
export function keptPerplexity(kept: Manifest): BasePerplexity | null {
  const value = fact<number>(kept, 'perplexity');
  const error = fact<number | null>(kept, 'perplexityError') ?? null;
  const running = fact<readonly number[]>(kept, 'runningPerplexity');
  return typeof value === 'number' && Number.isFinite(value) && Array.isArray(running)
    ? { final: { value, error }, running: running as readonly number[] }
    : null;
}

/** What keeping base logits took, e.g. `19.4 GiB in 1.3 GiB (14.9 : 1)`; null where it is not known. */
export function keptAmount(kept: Manifest): string | null {
  const shape = keptShape(kept);
  const keptBytes = kept.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return shape === null || keptBytes === 0 ? null : amountText(baseSizeBytes(shape), keptBytes);
}

/** So many bytes of logits in so many encoded ones, and their ratio. */
export function amountText(rawBytes: number, keptBytes: number): string {
  const size = (bytes: number): string => prettyBytes(bytes, { binary: true });
  return `${size(rawBytes)} in ${size(keptBytes)} (${(rawBytes / keptBytes).toFixed(rawBytes < 10 * keptBytes ? 2 : 1)} : 1)`;
}

/** True for an error of kept base logits, which can be computed again. */
export function isKeptBaseFailure(error: unknown): error is GgufError {
  return isGgufError(error) && error.code.startsWith('KLD_KEPT_BASE_');
}

/**
 * Base logits that were kept, or an error before the last of them: the last piece comes only when every kept
 * byte was read and has the digest that it was kept under. So no reader gets a complete base in which a bit
 * is wrong.
 * @throws GgufError `KLD_KEPT_BASE_GONE`, `…_UNREADABLE`, `…_WRONG` when it is that of something else,
 *   `…_DAMAGED`, `…_UNKNOWN`
 */
export async function* keptLogits(
  kept: Manifest,
  base: KldBase,
  store: StoreLayout,
): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Uint8Array | null = null;
  try {
    const [file] = kept.files;
    const path = file === undefined ? null : await findBlob(store, file);
    if (file === undefined || path === null) throw gone();
    for await (const piece of decodeBase(checkedBytes(path, file))) {
      if (held === null)
        requireBaseShape(readBaseHead(piece), { ...keptShape(kept), ctx: base.parameters.ctx });
      else yield held;
      held = piece;
    }
  } catch (error) {
    throw keptFailure(error);
  }
  if (held !== null) yield held;
}

async function* checkedBytes(
  path: string,
  { sha256 }: ManifestFile,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(piece as Uint8Array);
    yield piece as Uint8Array;
  }
  if (hash.digest('hex') !== sha256)
    throw new GgufError(
      'KLD_KEPT_BASE_DAMAGED',
      'the kept base is damaged: its bytes have another digest than when it was kept',
      {
        hint: 'It is not used: the base pass runs again. `npx nx-gguf store verify --repair` finds and removes damage.',
      },
    );
}

function keptFailure(error: unknown): GgufError {
  if (isKeptBaseFailure(error)) return error;
  const { message } = error as Error;
  if (isGgufError(error))
    return new GgufError('KLD_KEPT_BASE_WRONG', `the kept base is wrong: ${message}`, {
      cause: error,
      hint: 'It is not used: the base pass runs again. `npx nx-gguf store verify --repair` finds and removes damage.',
    });
  return systemErrorCode(error) === 'ENOENT'
    ? gone(error)
    : new GgufError('KLD_KEPT_BASE_UNREADABLE', `the kept base cannot be read: ${message}`, {
        cause: error,
        hint: 'Is the disk of the store sound?',
      });
}

function gone(cause?: unknown): GgufError {
  return new GgufError('KLD_KEPT_BASE_GONE', 'the kept base is not in the store any more', {
    cause,
    hint: 'Somebody removed it meanwhile: run the measurement again.',
  });
}
