import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GgufError, processFileName, type BlobId } from 'nx-gguf/store';
import { fileWriter } from './file-writer.js';
import type { Reservation } from './space-account.js';

/** Called with the number of bytes that came since the last call. */
export type OnBytes = (count: number) => void;

/** A sender that is slower than this holds room and a connection for nothing. */
export interface Pace {
  leastBytesPerSecond: number;
  /**
   * The pace is that of so many seconds at a time, each anew: what came fast before is no credit for drops.
   */
  overSeconds: number;
}

/**
 * The same chunks, as long as they keep the pace. Only the time counts in which they are waited for: a slow
 * disk is not the sender's doing.
 * @throws GgufError `TOO_SLOW`
 */
export async function* atPace(
  chunks: AsyncIterable<Buffer>,
  { leastBytesPerSecond, overSeconds }: Pace,
  nowMs: () => number = () => performance.now(),
): AsyncGenerator<Buffer> {
  let waitedSeconds = 0;
  let count = 0;
  let since = nowMs();
  for await (const chunk of chunks) {
    waitedSeconds += (nowMs() - since) / 1000;
    count += chunk.length;
    if (waitedSeconds >= overSeconds) {
      if (count < waitedSeconds * leastBytesPerSecond)
        throw new GgufError('TOO_SLOW', `the body comes slower than ${leastBytesPerSecond} bytes a second`);
      [waitedSeconds, count] = [0, 0];
    }
    yield chunk;
    since = nowMs();
  }
}

/** How a body is received. */
export interface ReceiveOptions {
  onBytes: OnBytes;
  pace: Pace;
}

/**
 * Receives bytes into a file of a directory in constant memory, hashed while they are written, and gives it
 * to `use`. Unless `use` moves the file away it is removed, whatever happens.
 * @throws GgufError `INCOMPLETE_BODY` when fewer or more bytes come than were announced, `TOO_SLOW`,
 * `STORAGE_FULL` when its room was taken back
 */
export async function receiveFile<T>(
  body: Readable,
  to: ReceiveOptions & { directory: string; sizeBytes: number; promised: Reservation },
  use: (received: { id: BlobId; path: string; promised: Reservation }) => Promise<T>,
): Promise<T> {
  const path = join(to.directory, processFileName());
  const hash = createHash('sha256');
  const { promised } = to;
  let sizeBytes = 0;
  try {
    await pipeline(
      async function* () {
        for await (const chunk of atPace(chunksOf(body), to.pace)) {
          hash.update(chunk);
          sizeBytes += chunk.length;
          to.onBytes(chunk.length);
          requirePromise(promised);
          yield chunk;
          promised.wrote(sizeBytes);
        }
      },
      fileWriter(path, { flags: 'wx' }),
    );
    if (sizeBytes !== to.sizeBytes)
      throw new GgufError(
        'INCOMPLETE_BODY',
        `${sizeBytes} bytes came of the ${to.sizeBytes} that were announced`,
      );
    return await use({ id: { sha256: hash.digest('hex'), sizeBytes }, path, promised });
  } finally {
    await rm(path, { force: true });
  }
}

/** @throws GgufError `STORAGE_FULL` when the room that was promised is needed by those who come first. */
export function requirePromise(promised: Reservation): void {
  if (promised.isRevoked())
    throw new GgufError('STORAGE_FULL', 'the room for this was taken back: what is trusted needs it', {
      hint: 'Try again later. Namespaces that are not trusted have the room that others leave.',
    });
}

/**
 * The chunks of a request's body, which stays open when nobody wants more of it: destroyed, it takes the
 * connection along, and with it the answer.
 */
export function chunksOf(body: Readable): AsyncIterable<Buffer> {
  return body.iterator({ destroyOnReturn: false });
}

/**
 * sha256 and size of bytes that are not kept.
 * @throws GgufError `TOO_SLOW`
 */
export async function hashBody(body: Readable, { onBytes, pace }: ReceiveOptions): Promise<BlobId> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of atPace(chunksOf(body), pace)) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    onBytes(chunk.length);
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}
