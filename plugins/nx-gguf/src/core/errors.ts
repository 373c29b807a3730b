/** What a user sees besides the message: how to repair it, the cause, and the last lines a tool printed. */
export interface GgufErrorDetails {
  hint?: string;
  cause?: unknown;
  tail?: readonly string[];
}

/**
 * An error a user can act on: a stable code, a message that names the place, and a hint that names the
 * remedy.
 */
export class GgufError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly tail: readonly string[];

  constructor(code: string, message: string, details: GgufErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'GgufError';
    this.code = code;
    this.hint = details.hint;
    this.tail = details.tail ?? [];
  }
}

/** True for the errors of this package, also across duplicate copies of it. */
export function isGgufError(error: unknown): error is GgufError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'name' in error &&
    error.name === 'GgufError' &&
    'code' in error
  );
}

/** The `code` of a Node system error (`ENOENT`, `ENOSPC`, …), or null. */
export function systemErrorCode(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}
