import type { Sha256 } from '../core/digest.js';
import { utf8Text } from '../core/utf8-text.js';
import type { BlobId } from '../files/hash-file.js';
import { boundedBody } from '../transport/bounded-body.js';

/**
 * A store elsewhere: blobs by sha256, and the manifests of actions by key. Implementations move bytes and
 * nothing more; whether the bytes are right, how long to wait, and what to do when it fails is decided by
 * those who use them. Every method throws `RemoteFailure` for what the remote is to blame for, and lets other
 * errors pass.
 */
export interface RemoteStore {
  hasBlob: (sha256: Sha256, signal: AbortSignal) => Promise<boolean>;
  /**
   * The bytes of a blob from an offset on; null when there is no such blob. May begin earlier than asked for.
   */
  readBlob: (sha256: Sha256, fromBytes: number, signal: AbortSignal) => Promise<RemoteBytes | null>;
  /**
   * Stores a blob; nothing of it is to be seen before all of it is there. Goes on where an earlier call
   * stopped, where it can.
   */
  writeBlob: (blob: OfferedBlob, signal: AbortSignal) => Promise<void>;
  /** The text of a manifest, or null when there is none. */
  readAction: (key: Sha256, signal: AbortSignal) => Promise<string | null>;
  /**
   * @throws RemoteFailure `incomplete` from a remote that checks whether the blobs of the manifest are there
   */
  writeAction: (key: Sha256, text: string, signal: AbortSignal) => Promise<void>;
  close: () => Promise<void>;
}

/** Bytes that a remote sends. */
export interface RemoteBytes {
  /** Offset of the first byte in the blob. */
  fromBytes: number;
  bytes: AsyncIterable<Uint8Array>;
}

/** A blob that is to be stored. */
export interface OfferedBlob extends BlobId {
  /** Its bytes from an offset on, each part checked before the last one is handed out. */
  read: (fromBytes: number) => AsyncIterable<Uint8Array>;
}

/**
 * What went wrong at a remote: `unavailable` may pass, `refused` concerns all that is read or written there,
 * `rejected` this blob or manifest alone, `incomplete` a manifest whose blobs it lacks. `malformed`: what it
 * has in the place of this blob or manifest is none.
 */
export type FailureKind = 'unavailable' | 'refused' | 'rejected' | 'incomplete' | 'malformed';

/** A failure of a remote. Its message holds no address, no token and no text of the remote's. */
export class RemoteFailure extends Error {
  readonly kind: FailureKind;
  /** For `incomplete`: the digests that it lacks, as far as it names them. */
  readonly missing: readonly Sha256[];

  constructor(
    kind: FailureKind,
    message: string,
    details: { cause?: unknown; missing?: readonly Sha256[] } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'RemoteFailure';
    this.kind = kind;
    this.missing = details.missing ?? [];
  }
}

/** The longest manifest that is read from a remote, in bytes. */
export const longestManifestBytes = 32 << 20;

/** The text of a stream that must not be longer than a manifest may be. */
export async function manifestBody(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const whole = await boundedBody(bytes, longestManifestBytes);
  if (whole === null) throw tooLong();
  return manifestIn(whole);
}

/** The text of a manifest's bytes. */
export function manifestIn(bytes: Uint8Array): string {
  const text = utf8Text(bytes);
  if (text === null) throw new RemoteFailure('malformed', 'it is not in UTF-8');
  return text;
}

/** The failure of a manifest that is longer than one may be. */
export function tooLong(): RemoteFailure {
  return new RemoteFailure('malformed', `it is longer than ${longestManifestBytes} bytes`);
}
