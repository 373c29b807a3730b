import { GgufError } from 'nx-gguf/store';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from './addresses.js';

/** Limits for requests of those who are not known by a token, by address. */
export interface Strangers {
  /** Counts a request. @throws GgufError `TOO_MANY_REQUESTS` */
  request: (address: string, kind: 'probe' | 'other') => Promise<void>;
}

/** Probes cost least, and have to be answered while others behind the same address are not. */
const probesForEach = 5;

/** Counts in this process, anew after a restart. */
export function createStrangers(requestsPerMinute: number): Strangers {
  const limiters = {
    probe: new RateLimiterMemory({ points: probesForEach * requestsPerMinute, duration: 60 }),
    other: new RateLimiterMemory({ points: requestsPerMinute, duration: 60 }),
  };
  return {
    request: async (address, kind) => {
      try {
        await limiters[kind].consume(networkOf(address));
      } catch (cause) {
        if (!(cause instanceof RateLimiterRes)) throw cause;
        throw new GgufError(
          'TOO_MANY_REQUESTS',
          `more than the ${limiters[kind].points} requests a minute without a token that one address may send`,
          { cause, hint: 'Send a token, or wait. Behind a reverse proxy, name it in `trustProxy`.' },
        );
      }
    },
  };
}
