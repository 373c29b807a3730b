import { counted } from '../core/counted.js';
import { GgufError, isGgufError } from '../core/errors.js';
import { understood } from '../upstream/hub/hub-client.js';
import { boundedJson, hubResponse } from '../upstream/hub/hub-response.js';
import type { HubAccess } from '../upstream/hub/hub-endpoint.js';
import type { HubPlace } from '../upstream/hub/hub-errors.js';
import { noticeRename } from '../upstream/hub/renamed-repository.js';
import type { Http } from '../transport/http.js';
import { rateLimit } from '../transport/rate-limit.js';
import { TransientError, withRetries } from '../transport/retry.js';
import type { UpstreamContext } from '../upstream/upstream-context.js';
import { FilePart } from './file-part.js';
import { hubWriteError, lfsObjectError } from './hub-write-errors.js';
import { checkedBatch, readBatch } from './lfs-batch.js';
import { settled, type SettledAnswer } from './settled-answer.js';
import { uploadJournal } from './upload-journal.js';

/** The addresses of an upload are no longer good: it has to be asked for anew. */
export class UploadLost extends Error {}

/**
 * How @huggingface/hub reaches the hub: over our own client, with everything it must not know or does not do.
 */
export interface HubTransport {
  fetch: typeof fetch;
  /** Rejects with the first failure; the client library can lose it, or wait for ever. */
  failed: Promise<never>;
  /** The first failure, or null. */
  firstFailure: () => unknown;
}

/** What is sent, and to whom. */
export interface TransportOptions {
  access: HubAccess;
  place: HubPlace;
  context: UpstreamContext;
  /** sha256 of every file that may be sent as a large one. */
  expected: ReadonlySet<string>;
}

const batchPath = /\.git\/info\/lfs\/objects\/batch$/;
/** Where 409 means that what is to be made is there already; elsewhere something else is under way. */
const makingPath = /^\/api\/(?:repos\/create$|(?:models|datasets)\/[^/]+\/[^/]+\/branch\/)/;
const commitPath = /^\/api\/(?:models|datasets)\/[^/]+\/[^/]+\/commit\//;

/**
 * A `fetch` for @huggingface/hub: over proxies, with retries, a bandwidth cap and progress; the token goes to
 * the hub only, and the library never sees it. Parts of large files that an earlier run sent are not sent
 * again, and nothing is sent whose bytes are not those of the plan.
 */
export function hubTransport(
  http: Http,
  { access, place, context, expected }: TransportOptions,
): HubTransport {
  const journal = uploadJournal(context.store, `${place.endpoint}/${place.kind}/${place.repository}`);
  const take = rateLimit(context.settings.maxBytesPerSecond);
  const label = `uploading to ${place.repository}`;
  let done = 0;
  let total = 0;
  let first: unknown = null;
  let reject: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, rejecting) => {
    reject = rejecting;
  });
  failed.catch(() => undefined);

  const count = (bytes: number): void => {
    done += bytes;
    if (total > 0)
      context.report({ type: 'progress', label, done: Math.min(done, total), total, unit: 'bytes' });
  };

  const put = async (url: string, body: Blob, signal: AbortSignal | undefined): Promise<Response> => {
    const known = journal.sentTag(url);
    if (known !== null) return new Response(null, { headers: { etag: known } });
    let sent = 0;
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      count(-sent);
      sent = 0;
      for await (const piece of piecesOf(body)) {
        await take(piece.length);
        yield piece;
        sent += piece.length;
        count(piece.length);
      }
    };
    const answer = await withRetries(
      {
        of: place.repository,
        attempt: () =>
          settled(
            http.send({
              url,
              method: 'PUT',
              body: bytes,
              signal,
              headers: { 'content-type': 'application/octet-stream', 'content-length': String(body.size) },
            }),
            place.repository,
          ),
      },
      { ...context, signal },
    );
    if (answer.status >= 300) return lost(url, answer);
    const etag = answer.header('etag');
    // Parts are put together by their tags; a page of a proxy that answers in place of the store has none.
    if (etag === undefined && journal.objectAt(url) !== null) return lost(url, answer);
    if (etag !== undefined) await journal.sent(url, etag);
    return new Response(null, etag === undefined ? {} : { headers: { etag } });
  };

  const lost = async (url: string, { status }: SettledAnswer): Promise<never> => {
    const oid = journal.objectAt(url);
    if (oid !== null) await journal.forget(oid);
    throw new UploadLost(`the place that ${place.endpoint} gave for a file does not take it (${status})`);
  };

  const batch = async (text: string): Promise<Response> => {
    const answer = await understood(place, readBatch(boundedJson(text, place)));
    for (const object of answer.objects) {
      if (object.error !== undefined) throw lfsObjectError(object, object.error, place);
      if (object.actions?.upload === undefined) {
        await journal.forget(object.oid);
        continue;
      }
      const { action, sentParts } = await journal.resume(
        { oid: object.oid, sizeBytes: object.size },
        object.actions.upload,
      );
      object.actions.upload = action;
      total += Math.max(0, object.size - sentParts * Number(action.header?.['chunk_size'] ?? 0));
      if (sentParts > 0)
        context.report({
          type: 'step',
          message: `${counted(sentParts, 'part')} of a file of ${object.size} bytes ${sentParts === 1 ? 'was' : 'were'} sent earlier: going on`,
        });
    }
    return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
  };

  const ask = async (
    url: string,
    init: RequestInit | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> => {
    const { pathname } = new URL(url);
    const isCommit = commitPath.test(pathname);
    const isBatch = batchPath.test(pathname);
    const completed = journal.objectAt(url);
    const text = typeof init?.body === 'string' ? init.body : '';
    const body = isBatch ? checkedBatch(text, expected) : text;
    const type = new Headers(init?.headers).get('content-type');
    const attempt = () =>
      settled(
        http.send({
          url,
          method: init?.method === 'POST' ? 'POST' : 'GET',
          token: completed === null ? access.token : null,
          signal,
          body,
          headers: { accept: 'application/json', ...(type === null ? {} : { 'content-type': type }) },
        }),
        place.repository,
      );
    // A commit that is refused for now (429) was not made. Of one that got no answer nobody knows; it can be
    // sent again all the same, since it names its parent: the hub refuses the second one with 412.
    const sent = { isUncertain: false };
    const answer = await withRetries(
      {
        of: place.repository,
        attempt: () =>
          attempt().catch((error: unknown) => {
            sent.isUncertain ||= isCommit && !(error instanceof TransientError && error.status === 429);
            throw error;
          }),
      },
      { ...context, signal },
    );
    noticeRename(answer, { ...place, isDestination: true }, context.report);
    if (answer.status === 412 && sent.isUncertain) throw uncertain();
    if (answer.status >= 400) {
      if (completed !== null) return lost(url, answer);
      throw hubWriteError(answer, place, makingPath.test(pathname));
    }
    if (completed !== null) await journal.forget(completed);
    if (isBatch) return batch(answer.text);
    return hubResponse(answer, place);
  };

  const uncertain = (): GgufError =>
    new GgufError(
      'DESTINATION_CHANGED',
      `${place.repository}: the hub did not say whether the commit was made`,
      { hint: 'Run it again.' },
    );

  return {
    failed,
    firstFailure: () => first,
    fetch: async (input, init) => {
      const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
      const signals = [context.signal, init?.signal ?? undefined].filter((signal) => signal !== undefined);
      const signal = signals.length === 0 ? undefined : AbortSignal.any(signals);
      try {
        return init?.method === 'PUT' && init.body instanceof Blob
          ? await put(url, init.body, signal)
          : await ask(url, init, signal);
      } catch (caught) {
        const error =
          isGgufError(caught) && caught.code === 'DOWNLOAD_FAILED'
            ? new GgufError('UPLOAD_FAILED', caught.message, { cause: caught, hint: caught.hint ?? '' })
            : caught;
        first ??= error;
        reject(error);
        throw error;
      }
    },
  };
}

async function* piecesOf(body: Blob): AsyncGenerator<Uint8Array> {
  if (body instanceof FilePart) yield* body.pieces();
  else yield new Uint8Array(await body.arrayBuffer());
}
