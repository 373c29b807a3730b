import { isGgufError, systemErrorCode } from 'nx-gguf/store';
import { retryAfterSeconds } from '../auth/limits.js';
import type { Answer } from './answer.js';

const statuses: Readonly<Record<string, number>> = {
  BAD_DIGEST: 400,
  BAD_OFFSET: 400,
  INCOMPLETE_BODY: 400,
  WRONG_DIGEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  UPLOAD_GONE: 404,
  METHOD_NOT_ALLOWED: 405,
  TOO_SLOW: 408,
  BLOB_EXISTS: 409,
  BLOBS_MISSING: 409,
  WRONG_OFFSET: 409,
  LENGTH_REQUIRED: 411,
  WRONG_VERSION: 412,
  BLOB_TOO_LARGE: 413,
  BODY_TOO_LARGE: 413,
  WRONG_TYPE: 415,
  BAD_ARCHIVE: 422,
  BAD_MANIFEST: 422,
  TOO_MANY_BYTES: 429,
  TOO_MANY_REQUESTS: 429,
  TOO_MANY_UPLOADS: 429,
  STORAGE_FULL: 507,
};
const fullDisk = new Set(['ENOSPC', 'EDQUOT']);

/**
 * The code under which an error is counted, logged and answered; what is not the client's doing is
 * `INTERNAL`.
 */
export function errorCode(error: unknown): string {
  if (isGgufError(error) && error.code in statuses) return error.code;
  return fullDisk.has(systemErrorCode(error) ?? '') ? 'STORAGE_FULL' : 'INTERNAL';
}

/**
 * The answer to a request that failed. Of the server's own failures it tells nothing: they are in its log.
 */
export function errorAnswer(error: unknown): TextAnswer {
  const code = errorCode(error);
  const isTold = isGgufError(error) && code === error.code;
  const message = isTold
    ? error.message
    : code === 'STORAGE_FULL'
      ? 'the disk of the server is full'
      : 'the server failed';
  const seconds = retryAfterSeconds(error);
  return jsonAnswer(
    statuses[code] ?? 500,
    { error: code, message, ...(isTold && error.hint !== undefined ? { hint: error.hint } : {}) },
    seconds === null ? {} : { 'Retry-After': String(seconds) },
  );
}

/** An answer whose body is there already, as text. */
export type TextAnswer = Answer & { body: string };

/** An answer that is a JSON object. */
export function jsonAnswer(
  status: number,
  value: Readonly<Record<string, unknown>>,
  headers: Answer['headers'] = {},
): TextAnswer {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: `${JSON.stringify(value)}\n`,
  };
}
