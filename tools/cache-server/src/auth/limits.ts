import { GgufError } from 'nx-gguf/store';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Identity } from './identity.js';

/** Limits for each token. */
export interface Limits {
  /** Counts a request. @throws GgufError `TOO_MANY_REQUESTS` */
  request: (identity: Identity) => Promise<void>;
  /** Counts a request that is under way, until the result is called. @throws GgufError `TOO_MANY_REQUESTS` */
  begin: (identity: Identity) => () => void;
  /** Counts bytes that are about to be received. @throws GgufError `TOO_MANY_BYTES` */
  upload: (identity: Identity, sizeBytes: number) => Promise<void>;
}

/** How long to wait after an error of `Limits`, in whole seconds, or null for another error. */
export function retryAfterSeconds(error: unknown): number | null {
  const cause = error instanceof GgufError ? error.cause : undefined;
  return cause instanceof RateLimiterRes ? Math.max(1, Math.ceil(cause.msBeforeNext / 1000)) : null;
}

/** Counts in this process, anew after a restart. */
export function createLimits(defaults: {
  requestsPerMinute: number;
  requestsAtOnce: number;
  uploadBytesPerHour: number | null;
}): Limits {
  const underWay = new Map<string, number>();
  const requests = limiters(60);
  const uploads = limiters(3600);
  return {
    request: async (identity) => {
      await consume(requests(identity.requestsPerMinute ?? defaults.requestsPerMinute), {
        id: identity.id,
        points: 1,
        code: 'TOO_MANY_REQUESTS',
      });
    },
    begin: ({ id }) => {
      const count = underWay.get(id) ?? 0;
      if (count >= defaults.requestsAtOnce)
        throw new GgufError(
          'TOO_MANY_REQUESTS',
          `more than the ${defaults.requestsAtOnce} requests at once that this token may send`,
        );
      underWay.set(id, count + 1);
      return () => {
        const left = (underWay.get(id) ?? 0) - 1;
        if (left > 0) underWay.set(id, left);
        else underWay.delete(id);
      };
    },
    upload: async (identity, sizeBytes) => {
      const most = identity.uploadBytesPerHour ?? defaults.uploadBytesPerHour;
      if (most !== null && sizeBytes > 0)
        await consume(uploads(most), { id: identity.id, points: sizeBytes, code: 'TOO_MANY_BYTES' });
    },
  };
}

async function consume(
  limiter: RateLimiterMemory,
  { id, points, code }: { id: string; points: number; code: string },
): Promise<void> {
  try {
    await limiter.consume(id, points);
  } catch (cause) {
    if (!(cause instanceof RateLimiterRes)) throw cause;
    const what = code === 'TOO_MANY_BYTES' ? 'bytes an hour' : 'requests a minute';
    throw new GgufError(code, `more than the ${limiter.points} ${what} that this token may send`, { cause });
  }
}

/** One limiter for each limit that is in use. */
function limiters(seconds: number): (points: number) => RateLimiterMemory {
  const made = new Map<number, RateLimiterMemory>();
  return (points) => {
    const known = made.get(points) ?? new RateLimiterMemory({ points, duration: seconds });
    made.set(points, known);
    return known;
  };
}
