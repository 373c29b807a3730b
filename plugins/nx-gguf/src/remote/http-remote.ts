import { isSha256, type Sha256 } from '../core/digest.js';
import type { Http, HttpAnswer, HttpRequest, Token } from '../transport/http.js';
import { httpFailure, requireDone } from './http-failure.js';
import { manifestBody, RemoteFailure, type OfferedBlob, type RemoteStore } from './remote-store.js';
import { canResume, tusUpload, type UploadNotes } from './tus-upload.js';

/** What a remote over HTTP works with. */
export interface HttpRemoteOptions {
  /** Address without a slash at its end. */
  base: string;
  /**
   * Goes to this address alone, never along a redirect to another host. One with a colon is a user's name and
   * password.
   */
  token: string | null;
  http: Http;
  /** Where resumable uploads are written down. */
  notes: UploadNotes;
}

/** Blobs at least this large are sent in a way that can be resumed, where the server knows one. */
const resumableBytes = 8 << 20;

/**
 * A server with `GET`, `HEAD` and `PUT` of `/cas/<sha256>` and `/ac/<key>`: our own, bazel-remote, or any web
 * server with DAV. Uploads are resumed by tus 1.0 at `/uploads` where the server offers it.
 */
export function httpRemote({ base, token: secret, http, notes }: HttpRemoteOptions): RemoteStore {
  const token: Token | null =
    secret === null ? null : { origin: new URL(base).origin, ...credentials(secret) };
  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    try {
      return await http.send({ ...request, token });
    } catch (error) {
      throw httpFailure(error);
    }
  };
  let offersTus: boolean | undefined;

  return {
    hasBlob: async (sha256, signal) => {
      const answer = await send({ url: `${base}/cas/${sha256}`, method: 'HEAD', signal });
      await answer.body.dump();
      if (answer.status === 404) return false;
      requireDone(answer);
      return true;
    },

    readBlob: async (sha256, fromBytes, signal) => {
      const answer = await send({
        url: `${base}/cas/${sha256}`,
        signal,
        headers: fromBytes === 0 ? {} : { range: `bytes=${fromBytes}-` },
      });
      if (answer.status === 200) return { fromBytes: 0, bytes: received(answer) };
      if (answer.status === 206) return { fromBytes: rangeStart(answer), bytes: received(answer) };
      await answer.body.dump();
      if (answer.status === 404) return null;
      // More bytes were received than the blob has: the transfer begins again.
      if (answer.status === 416 && fromBytes > 0) return { fromBytes: 0, bytes: nothing() };
      requireDone(answer);
      throw new RemoteFailure('unavailable', `the server answered ${answer.status}`);
    },

    writeBlob: async (blob, signal) => {
      if (blob.sizeBytes >= resumableBytes) {
        offersTus ??= await canResume({ base, send, signal });
        if (offersTus) return tusUpload(blob, { base, send, notes, signal });
      }
      await put(`${base}/cas/${blob.sha256}`, blob, signal);
    },

    readAction: async (key, signal) => {
      const answer = await send({ url: `${base}/ac/${key}`, signal });
      if (answer.status === 200) return manifestBody(received(answer));
      await answer.body.dump();
      if (answer.status === 404) return null;
      requireDone(answer);
      throw new RemoteFailure('unavailable', `the server answered ${answer.status}`);
    },

    writeAction: async (key, text, signal) => {
      const answer = await send({
        url: `${base}/ac/${key}`,
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: text,
        signal,
      });
      if (answer.status !== 409 && answer.status !== 422) {
        await answer.body.dump();
        requireDone(answer);
        return;
      }
      throw new RemoteFailure('incomplete', 'it lacks files of a manifest', {
        missing: missingDigests(await manifestBody(received(answer))),
      });
    },

    close: () => http.close(),
  };

  async function put(url: string, blob: OfferedBlob, signal: AbortSignal): Promise<void> {
    const headers = { 'content-length': String(blob.sizeBytes), 'content-type': 'application/octet-stream' };
    const answer = await send({
      url,
      method: 'PUT',
      headers,
      body: blob.sizeBytes === 0 ? '' : () => blob.read(0),
      signal,
    });
    await answer.body.dump();
    requireDone(answer);
  }
}

/** What is sent of a secret. No token of the Bearer scheme has a colon in it (RFC 6750). */
function credentials(secret: string): Pick<Token, 'value' | 'scheme'> {
  return secret.includes(':')
    ? { scheme: 'Basic', value: Buffer.from(secret).toString('base64') }
    : { value: secret };
}

async function* received(answer: HttpAnswer): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw httpFailure(error);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  /* no bytes */
}

function rangeStart(answer: HttpAnswer): number {
  const start = Number(/^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(start))
    throw new RemoteFailure('unavailable', 'it does not say which part of a file it sends');
  return start;
}

/** The digests in an answer, whatever its form; no more than a manifest can name. */
function missingDigests(text: string): Sha256[] {
  return [...new Set(text.match(/\b[0-9a-f]{64}\b/g) ?? [])].filter(isSha256).slice(0, 100_000);
}
