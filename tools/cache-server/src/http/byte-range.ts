import type { ByteRange } from '../storage/storage.js';

const single = /^bytes=(\d{0,16})-(\d{0,16})$/;

/**
 * The part of a resource that a `Range` header asks for (RFC 9110, section 14): null for the whole, also
 * where the header is none that can be honoured (several ranges, another unit); `unsatisfiable` where nothing
 * of it is there.
 */
export function byteRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = single.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const count = Math.min(Number(last), sizeBytes);
    return count === 0 ? 'unsatisfiable' : { start: sizeBytes - count, end: sizeBytes - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return null;
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) };
}
