import { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { watchPace, type Pace } from './pace.js';
import { TransientError } from './retry.js';
import type { TransferSettings } from './transfer-settings.js';

/** One request to one server, without redirects. */
export interface PacedRequest {
  url: URL;
  method: Dispatcher.HttpMethod;
  headers: Readonly<Record<string, string>>;
  /** A text, or something that gives the bytes anew each time. */
  body: string | (() => AsyncIterable<Uint8Array>) | null;
  signal: AbortSignal | undefined;
}

/** Small enough that several of them go through in a period at the least pace. */
const sentPieceBytes = 32 << 10;
/** A server that processes something tells so now and then (102, 103); none does so hundreds of times. */
const mostInterim = 100;
/** Of an upload, the answer may take longer: what was handed over may still be on its way. */
const longestExtraPeriods = 4;

/** The pace that the settings ask of a server: in no `stallMs` of waiting may less come. */
export function leastPace({
  stallMs,
  minBytesPerSecond,
}: Pick<TransferSettings, 'stallMs' | 'minBytesPerSecond'>): Pace {
  return { bytes: Math.max(1, Math.floor((minBytesPerSecond * stallMs) / 1000)), inMs: stallMs };
}

/** The failure of a server that does not keep the least pace. */
export function tooSlow(bytes: number, { inMs }: Pace): TransientError {
  const seconds = Math.round(inMs / 100) / 10;
  return new TransientError(
    bytes === 0 ? 'the server stalled' : `only ${bytes} bytes went through in ${seconds} s`,
    {
      hint: 'Run it again later: it goes on where it stopped. Where the line itself is that slow, set NX_GGUF_MIN_BYTES_PER_SECOND; 0 waits as long as anything comes.',
    },
  );
}

/**
 * Sends a request whose server has to keep a pace from the first byte to the last: it takes what is sent, it
 * answers, however many interim answers come before, and its body comes, at the least pace in each period. Time
 * in which this side gives or takes nothing does not count.
 * @throws TransientError of a server that is too slow, also while the body is read
 */
export async function pacedRequest(
  { url, method, headers, body, signal }: PacedRequest,
  dispatcher: Dispatcher,
  settings: Pick<TransferSettings, 'stallMs' | 'minBytesPerSecond'>,
): Promise<Dispatcher.ResponseData> {
  const least = leastPace(settings);
  const answering: Pace = { bytes: Infinity, inMs: least.inMs };
  const slow = new AbortController();
  let isHere: () => boolean = () => false;
  let isAnswered = false;
  const watch = watchPace(answering, {
    isWaiting: () => !isHere(),
    onSlow: (bytes) =>
      slow.abort(
        isAnswered || bytes > 0
          ? tooSlow(bytes, least)
          : new TransientError('the server did not answer in time'),
      ),
  });
  const sent = async function* (parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let isGiving = true;
    const beganMs = performance.now();
    isHere = () => isGiving;
    watch.restart(least);
    for await (const part of parts) {
      for (let at = 0; at < part.length; at += sentPieceBytes) {
        const piece = part.subarray(at, at + sentPieceBytes);
        isGiving = false;
        yield piece;
        if (!isAnswered) watch.moved(piece.length);
      }
      isGiving = true;
    }
    isHere = () => false;
    // What is still in buffers takes no longer than what went before it.
    const extraMs = Math.min(performance.now() - beganMs, longestExtraPeriods * least.inMs);
    if (!isAnswered) watch.restart({ bytes: Infinity, inMs: least.inMs + extraMs });
  };
  let interim = 0;
  const watched: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        watch.restart();
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
      onResponseStart: (controller, status, ...given) => {
        if (status < 200 && ++interim > mostInterim)
          slow.abort(new TransientError(`the server sends answers that are none (${status})`));
        if (status >= 200) {
          isAnswered = true;
          isHere = () => controller.paused;
          watch.restart(least);
        }
        handler.onResponseStart?.(controller, status, ...given);
      },
      onResponseData: (controller, chunk) => {
        watch.moved(chunk.length);
        handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd: (controller, trailers) => {
        watch.stop();
        handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError: (controller, error) => {
        watch.stop();
        handler.onResponseError?.(controller, error);
      },
    });
  try {
    return await request(url, {
      method,
      headers,
      dispatcher: dispatcher.compose(watched),
      body:
        typeof body === 'function'
          ? Readable.from(sent(body()), { objectMode: false, highWaterMark: sentPieceBytes })
          : body,
      signal: signal === undefined ? slow.signal : AbortSignal.any([signal, slow.signal]),
    });
  } catch (error) {
    watch.stop();
    throw error;
  }
}
