import type { Sha256 } from '../core/digest.js';
import type { HttpAnswer, HttpRequest } from '../transport/http.js';
import { requireDone } from './http-failure.js';
import { RemoteFailure, type OfferedBlob } from './remote-store.js';

/** Where the addresses of unfinished uploads are kept, so that a later process can go on with them. */
export interface UploadNotes {
  read: (sha256: Sha256) => Promise<string | null>;
  /** Null forgets it. */
  write: (sha256: Sha256, address: string | null) => Promise<void>;
}

/** A server that may speak tus. */
export interface TusServer {
  base: string;
  send: (request: HttpRequest) => Promise<HttpAnswer>;
  signal: AbortSignal;
}

const version = { 'tus-resumable': '1.0.0' };

/** True when a server offers uploads by tus 1.0 (tus.io) that it lets a client create. */
export async function canResume({ base, send, signal }: TusServer): Promise<boolean> {
  const answer = await send({ url: `${base}/uploads`, method: 'OPTIONS', signal });
  await answer.body.dump();
  const list = (name: string): string[] => (answer.header(name) ?? '').split(',').map((word) => word.trim());
  return (
    answer.status < 300 && list('tus-version').includes('1.0.0') && list('tus-extension').includes('creation')
  );
}

/** Uploads a blob by tus, from where an earlier call or an earlier process stopped. */
export async function tusUpload(
  blob: OfferedBlob,
  server: TusServer & { notes: UploadNotes },
): Promise<void> {
  const { send, signal, notes } = server;
  const known = await notes.read(blob.sha256);
  const url = known !== null && isBelow(known, server.base) ? known : null;
  const reached = url === null ? null : await offsetOf(url, blob, server);
  const upload = reached === null ? { url: await create(blob, server), offset: 0 } : { url, offset: reached };
  if (upload.url === null) {
    await notes.write(blob.sha256, null);
    return;
  }
  if (reached === null) await notes.write(blob.sha256, upload.url);
  const answer = await send({
    url: upload.url,
    method: 'PATCH',
    signal,
    body: () => blob.read(upload.offset),
    headers: {
      ...version,
      'upload-offset': String(upload.offset),
      'content-type': 'application/offset+octet-stream',
      'content-length': String(blob.sizeBytes - upload.offset),
    },
  });
  await answer.body.dump();
  // Of an upload that was refused, other than for a passing reason, nothing can be gone on with.
  if (answer.status < 500 && answer.status !== 429) await notes.write(blob.sha256, null);
  // Bytes that an earlier process sent may have been damaged: then the whole file is sent anew, once.
  if (answer.status === 400 && upload.offset > 0) return tusUpload(blob, server);
  if (answer.status === 404 || answer.status === 409 || answer.status === 410)
    throw new RemoteFailure('unavailable', `an upload went wrong (${answer.status})`);
  requireDone(answer);
  if (Number(answer.header('upload-offset')) !== blob.sizeBytes)
    throw new RemoteFailure('unavailable', 'an upload ended before its end');
}

/**
 * The address of a new upload, or null when the server turns out to have the blob: it got the last byte, and
 * its answer was lost.
 */
async function create(
  { sha256, sizeBytes }: OfferedBlob,
  { base, send, signal }: TusServer,
): Promise<string | null> {
  const answer = await send({
    url: `${base}/uploads`,
    method: 'POST',
    signal,
    headers: {
      ...version,
      'upload-length': String(sizeBytes),
      'upload-metadata': `sha256 ${Buffer.from(sha256).toString('base64')}`,
    },
  });
  await answer.body.dump();
  if (answer.status === 409) {
    const present = await send({ url: `${base}/cas/${sha256}`, method: 'HEAD', signal });
    await present.body.dump();
    if (present.status === 200) return null;
    throw new RemoteFailure('unavailable', 'an upload went wrong (409)');
  }
  requireDone(answer);
  const location = answer.header('location') ?? '';
  const address = URL.canParse(location, `${base}/uploads`) ? new URL(location, `${base}/uploads`).href : '';
  // The token goes where uploads go.
  if (!isBelow(address, base))
    throw new RemoteFailure('refused', 'it wants files to be sent to another server');
  return address;
}

/**
 * How far an upload is, or null when the server does not know it any more, or has another one under its
 * address.
 */
async function offsetOf(
  url: string,
  { sizeBytes }: OfferedBlob,
  { send, signal }: TusServer,
): Promise<number | null> {
  const answer = await send({ url, method: 'HEAD', headers: version, signal });
  await answer.body.dump();
  const [offset, length] = [
    Number(answer.header('upload-offset') ?? Number.NaN),
    Number(answer.header('upload-length') ?? Number.NaN),
  ];
  return answer.status < 300 &&
    length === sizeBytes &&
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    offset < sizeBytes
    ? offset
    : null;
}

function isBelow(address: string, base: string): boolean {
  return URL.canParse(address) && new URL(address).origin === new URL(base).origin;
}
