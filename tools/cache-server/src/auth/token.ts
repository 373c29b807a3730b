import { createHash, timingSafeEqual } from 'node:crypto';
import { sha256 } from 'nx-gguf/store';
import type { TokenRecord } from '../config/generated/tokens.generated.js';

const tokenPattern = /^nxg_([0-9a-f]{8})_([A-Za-z0-9_-]{43})$/;

/** A new token and what is kept of it. `random` gives that many random bytes. */
export function issueToken(
  grant: Omit<TokenRecord, 'id' | 'sha256'>,
  random: (count: number) => Buffer,
): { token: string; record: TokenRecord } {
  const id = random(4).toString('hex');
  const secret = random(32).toString('base64url');
  return { token: `nxg_${id}_${secret}`, record: { id, sha256: sha256(secret), ...grant } };
}

/**
 * The record of a token, or null. The secret has 256 random bits, so its plain sha256 cannot be tried out;
 * digests are compared in constant time, also where nobody has the id.
 */
export function recordOf(token: string, records: readonly TokenRecord[], nowMs: number): TokenRecord | null {
  const [, id, secret] = tokenPattern.exec(token) ?? [];
  if (id === undefined || secret === undefined) return null;
  const digest = createHash('sha256').update(secret).digest();
  const record = records.find((one) => one.id === id);
  const isEqual = timingSafeEqual(
    digest,
    record === undefined ? Buffer.alloc(digest.length) : Buffer.from(record.sha256, 'hex'),
  );
  if (record === undefined || !isEqual) return null;
  return record.expires !== undefined && Date.parse(record.expires) <= nowMs ? null : record;
}

/**
 * The token of an `Authorization` header: `Bearer`, or the password of `Basic`, which is what browsers send.
 * Null when there is none.
 */
export function tokenOf(header: string | undefined): string | null {
  const [scheme = '', value = ''] = (header ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}
