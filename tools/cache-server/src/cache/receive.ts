import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GgufError, ownedName, type BlobId } from 'nx-gguf/store';
import { fileWriter } from './file-writer.js';

/** Called with the number of bytes that came since the last call. */
export type OnBytes = (count: number) => void;

/** Who sends slower than this, after the first seconds, holds room and a connection for nothing. */
export interface Pace {
  leastBytesPerSecond: number;
  afterSeconds: number;
}

/**
 * The same chunks, as long as they keep the pace.
 * @throws GgufError `TOO_SLOW`
 */
export async function* atPace(chunks: AsyncIterable<Buffer>, { leastBytesPerSecond, afterSeconds }: Pace): AsyncGenerator<Buffer> {
  const began = performance.now();
  let count = 0;
  for await (const chunk of chunks) {
    count += chunk.length;
    const seconds = (performance.now() - began) / 1000;
    if (seconds > afterSeconds && count < seconds * leastBytesPerSecond) throw new GgufError('TOO_SLOW', `the body comes slower than ${leastBytesPerSecond} bytes a second`);
    yield chunk;
  }
}

/**
 * Receives bytes into a file of a directory in constant memory, hashed while they are written, and gives it to `use`.
 * Unless `use` moves the file away it is removed, whatever happens.
 * @throws GgufError `INCOMPLETE_BODY` when fewer or more bytes come than were announced.
 */
export async function receiveFile<T>(body: Readable, to: { directory: string; sizeBytes: number; onBytes: OnBytes; pace: Pace }, use: (received: { id: BlobId; path: string }) => Promise<T>): Promise<T> {
  const path = join(to.directory, ownedName());
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    await pipeline(async function* () {
      for await (const chunk of atPace(chunksOf(body), to.pace)) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        to.onBytes(chunk.length);
        yield chunk;
      }
    }, fileWriter(path, { flags: 'wx' }));
    if (sizeBytes !== to.sizeBytes) throw new GgufError('INCOMPLETE_BODY', `${sizeBytes} bytes came of the ${to.sizeBytes} that were announced`);
    return await use({ id: { sha256: hash.digest('hex'), sizeBytes }, path });
  } finally {
    await rm(path, { force: true });
  }
}

/** The chunks of a request's body, which stays open when nobody wants more of it: destroyed, it takes the connection along, and with it the answer. */
export function chunksOf(body: Readable): AsyncIterable<Buffer> {
  return body.iterator({ destroyOnReturn: false });
}

/** sha256 and size of bytes that are not kept. */
export async function hashBody(body: Readable, onBytes: OnBytes): Promise<BlobId> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunksOf(body)) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    onBytes(chunk.length);
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/**
 * A small body as text.
 * @throws GgufError `BODY_TOO_LARGE`
 */
export async function readText(body: Readable, mostBytes: number, onBytes: OnBytes): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(body)) {
    size += chunk.length;
    if (size > mostBytes) throw new GgufError('BODY_TOO_LARGE', `the body is larger than ${mostBytes} bytes`);
    onBytes(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
