import { GgufError, isGgufError, systemErrorCode } from '../core/errors.js';
import type { TransferContext } from './transfer-settings.js';

/** A failure that may pass: worth another attempt, after `retryAfterMs` when the server named a time. */
export class TransientError extends Error {
  readonly retryAfterMs: number | null;
  /** Of an answer; null when there was none. */
  readonly status: number | null;
  /** What the user can do about it; null for the usual. */
  readonly hint: string | null;

  constructor(
    message: string,
    details: { retryAfterMs?: number | null; status?: number; hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'TransientError';
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.status = details.status ?? null;
    this.hint = details.hint ?? null;
  }
}

const longestBackoffMs = 60_000;

/** Work that is repeated when it fails in a way that may pass. */
export interface RetriedWork<T> {
  /** What is attempted, for messages; no query of an address, no token. */
  of: string;
  attempt: () => Promise<T>;
  /** True when the failed attempt got further than the one before it: the count of failures starts again. */
  advanced?: () => boolean;
}

/**
 * Repeats work until it succeeds, fails for good, or has failed too often in a row.
 * @throws GgufError `DOWNLOAD_FAILED` with the last reason, `INTERRUPTED`
 */
export async function withRetries<T>(
  { of, attempt, advanced }: RetriedWork<T>,
  { settings, signal, report }: Pick<TransferContext, 'settings' | 'signal' | 'report'>,
): Promise<T> {
  for (let failures = 0; ;) {
    if (isAborted(signal)) throw interrupted(of);
    try {
      return await attempt();
    } catch (error) {
      if (isAborted(signal)) throw interrupted(of);
      const transient = asTransient(error);
      if (transient === null) throw untrusted(error, of) ?? error;
      failures = advanced?.() === true ? 1 : failures + 1;
      const waitMs = pauseMs(failures, settings.backoffMs, transient.retryAfterMs);
      if (failures >= settings.attempts || waitMs > settings.longestWaitMs)
        throw givenUp({ of, transient, failures, waitMs, longestWaitMs: settings.longestWaitMs });
      report({
        type: 'step',
        message: `${of}: ${transient.message}; trying again in ${inWords(waitMs)}${transient.retryAfterMs === waitMs ? ', as the server asks' : ''} (attempt ${failures + 1} of ${settings.attempts})`,
      });
      await pause(waitMs, of, { settings, signal, report });
    }
  }
}

/** Pauses of at least this length are shown as they pass. */
const shownWaitMs = 10_000;
const tickMs = 1000;

async function pause(
  waitMs: number,
  of: string,
  { settings, signal, report }: Pick<TransferContext, 'settings' | 'signal' | 'report'>,
): Promise<void> {
  for (let doneMs = 0; doneMs < waitMs; doneMs += tickMs) {
    if (waitMs >= shownWaitMs)
      report({
        type: 'progress',
        label: `waiting to ask again for ${of}`,
        done: doneMs / 1000,
        total: Math.ceil(waitMs / 1000),
        unit: 'seconds',
      });
    await settings.sleep(Math.min(tickMs, waitMs - doneMs), signal).catch((error: unknown) => {
      throw isAborted(signal) ? interrupted(of) : error;
    });
  }
}

function inWords(ms: number): string {
  const whole = Math.ceil(ms / 1000);
  if (whole < 600) return `${whole} s`;
  return whole < 7200 ? `${Math.ceil(whole / 60)} min` : `${Math.ceil(whole / 3600)} h`;
}

/**
 * Pause before the next attempt: what the server asked for, else exponential with up to a quarter of jitter.
 * A server that asks for no pause at all is not asked again at once.
 */
function pauseMs(failures: number, backoffMs: number, asked: number | null): number {
  if (asked !== null && asked > 0) return asked;
  return Math.min(longestBackoffMs, backoffMs * 2 ** (failures - 1)) * (0.75 + Math.random() / 4);
}

/** The failure of a connection that may pass, or null for another error. */
export function asTransient(error: unknown): TransientError | null {
  if (error instanceof TransientError) return error;
  if (isGgufError(error)) return null;
  if (isNoHttp(error)) return new TransientError('it answers something that is no HTTP', { cause: error });
  const code = connectionCode(error);
  if (code === null) return null;
  if (code === 'ENOTFOUND') throw hostUnknown(error);
  if (/^(?:ERR_SSL_|EPROTO$)/.test(code))
    return new TransientError(`no TLS can be spoken with it (${code})`, { cause: error });
  const reason = reasons[code] ?? (code.startsWith('UND_ERR_') ? (error as Error).message : undefined);
  return reason === undefined ? null : new TransientError(reason, { cause: error });
}

/** Of the parser, and of a status such as 000: the parser takes it, and an assertion of undici does not. */
function isNoHttp(error: unknown): boolean {
  return (
    (error instanceof Error && error.name === 'HTTPParserError') || systemErrorCode(error) === 'ERR_ASSERTION'
  );
}

function connectionCode(error: unknown): string | null {
  return systemErrorCode(error) ?? systemErrorCode((error as { cause?: unknown } | null)?.cause);
}

/** The error of a server whose certificate this machine does not trust, or null for another error. */
function untrusted(error: unknown, of: string): GgufError | null {
  const code = connectionCode(error) ?? '';
  if (!/^(?:ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/.test(code)) return null;
  return new GgufError('TLS_UNTRUSTED', `${of}: the certificate of the server is not trusted (${code})`, {
    cause: error,
    hint: 'Is the clock of this machine right? Where a proxy looks into TLS, set NODE_EXTRA_CA_CERTS to the file with its certificate.',
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was reset',
  ECONNREFUSED: 'the connection was refused',
  ECONNABORTED: 'the connection was aborted',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EAI_AGAIN: 'the host name could not be looked up',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of its answer are too long',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its answer is not as long as it says',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
};

function hostUnknown(error: unknown): GgufError {
  const host = /ENOTFOUND (\S+)/.exec(
    error instanceof Error ? `${error.message} ${String((error.cause as Error | undefined)?.message)}` : '',
  )?.[1];
  return new GgufError('HOST_UNKNOWN', `there is no host ${host ?? 'of that name'}`, {
    cause: error,
    hint: 'Is this machine online? Behind a proxy, set HTTPS_PROXY and NO_PROXY; HF_ENDPOINT names another hub.',
  });
}

function givenUp({
  of,
  transient,
  failures,
  waitMs,
  longestWaitMs,
}: {
  of: string;
  transient: TransientError;
  failures: number;
  waitMs: number;
  longestWaitMs: number;
}): GgufError {
  const isAsked = (transient.retryAfterMs ?? 0) > 0;
  const asked = !isAsked
    ? ''
    : `; the server asks to wait ${inWords(waitMs)}${waitMs > longestWaitMs ? `, longer than the ${inWords(longestWaitMs)} that are waited at most` : ''}`;
  return new GgufError(
    'DOWNLOAD_FAILED',
    `${of}: ${transient.message}${asked} (given up after ${failures} ${failures === 1 ? 'attempt' : 'attempts'})`,
    {
      cause: transient,
      hint: isAsked
        ? 'Run it again after that time: it goes on where it stopped.'
        : (transient.hint ??
          'Run it again later: it goes on where it stopped. Behind a proxy, set HTTPS_PROXY and NO_PROXY.'),
    },
  );
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** The error of work that the user stopped. */
export function interrupted(of: string): GgufError {
  return new GgufError('INTERRUPTED', `${of}: interrupted`, {
    hint: 'Run it again: it goes on where it stopped.',
  });
}
