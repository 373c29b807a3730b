import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Locker } from '@tus/server';
import { GgufError } from 'nx-gguf/store';
import type { Identity } from '../auth/identity.js';
import { gone } from './upload-store.js';
import type { Uploads } from './uploads.js';

/** A PATCH of an upload. */
export interface PatchExchange {
  request: IncomingMessage;
  response: ServerResponse;
  identity: Identity;
  id: string;
}

const headers = { 'Tus-Resumable': '1.0.0', 'Cache-Control': 'no-store' };

/**
 * PATCH of the tus protocol: appends to an upload, and publishes it with its last byte. Here by hand, because
 * the bytes of `@tus/server` go through web streams, which takes twice as long.
 * @throws GgufError
 */
export async function appendToUpload(
  uploads: Uploads,
  locker: Locker,
  { request, response, identity, id }: PatchExchange,
): Promise<void> {
  const offset = offsetOf(request);
  if ((await uploads.store.announced(id))?.namespace !== identity.namespace) throw gone();
  const stop = new AbortController();
  const ended = (): void => stop.abort();
  response.once('close', ended);
  const lock = locker.newLock(id);
  // The next request for the lock comes from the same client on another connection: this connection is dead.
  await lock.lock(stop.signal, () => void request.destroy());
  let reached: number;
  let sizeBytes: number;
  try {
    const upload = await uploads.store.getUpload(id);
    sizeBytes = upload.size ?? 0;
    if (upload.offset !== offset)
      throw new GgufError('WRONG_OFFSET', `${upload.offset} bytes came so far, not ${offset}`);
    if (offset + Number(request.headers['content-length'] ?? 0) > sizeBytes)
      throw new GgufError('BODY_TOO_LARGE', `an upload of ${sizeBytes} bytes was announced`);
    reached = await uploads.store.write(request, id, offset);
  } finally {
    await lock.unlock();
    response.off('close', ended);
  }
  // It may have given way meanwhile.
  if ((await uploads.store.announced(id)) === null) throw gone();
  if (reached === sizeBytes) await uploads.finish(id);
  response.writeHead(204, { ...headers, 'Upload-Offset': String(reached) }).end();
}

function offsetOf({ headers: sent }: IncomingMessage): number {
  if (sent['tus-resumable'] !== '1.0.0') throw new GgufError('WRONG_VERSION', 'Tus-Resumable must be 1.0.0');
  if (sent['content-type'] !== 'application/offset+octet-stream')
    throw new GgufError('WRONG_TYPE', 'Content-Type must be application/offset+octet-stream');
  const offset = String(sent['upload-offset']);
  if (!/^\d{1,16}$/.test(offset)) throw new GgufError('BAD_OFFSET', 'Upload-Offset must be a number');
  return Number(offset);
}
