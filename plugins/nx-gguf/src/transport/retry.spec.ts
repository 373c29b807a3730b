import { GgufError } from '../core/errors.js';
import type { WorkEvent } from '../core/events.js';
import { asTransient, TransientError, withRetries } from './retry.js';
import { transferSettings } from './transfer-settings.js';

const quick = {
  settings: transferSettings({}, { attempts: 3, backoffMs: 1 }),
  signal: undefined,
  report: () => undefined,
};

describe('withRetries', () => {
  it('repeats what may pass, so often', async () => {
    let attempts = 0;
    const attempt = (): Promise<string> =>
      ++attempts < 3 ? Promise.reject(new TransientError('busy')) : Promise.resolve('done');
    expect(await withRetries({ of: 'x', attempt }, quick)).toBe('done');
    await expect(
      withRetries({ of: 'x', attempt: () => Promise.reject(new TransientError('busy')) }, quick),
    ).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED', message: 'x: busy (given up after 3 attempts)' });
  });

  it('says nothing of a pause that a server does not ask for: none at all, or until a date that is past', async () => {
    const busy = new TransientError('busy', { retryAfterMs: 0 });
    await expect(withRetries({ of: 'x', attempt: () => Promise.reject(busy) }, quick)).rejects.toMatchObject({
      message: 'x: busy (given up after 3 attempts)',
      hint: expect.stringMatching(/^Run it again later/) as unknown,
    });
  });

  it.each(['ECONNRESET', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'EAI_AGAIN'])('repeats after %s', async (code) => {
    let attempts = 0;
    await withRetries(
      {
        of: 'x',
        attempt: () =>
          ++attempts < 2 ? Promise.reject(Object.assign(new Error('x'), { code })) : Promise.resolve(),
      },
      quick,
    );
    expect(attempts).toBe(2);
  });

  it.each([
    new GgufError('ANY', 'final'),
    Object.assign(new Error('no space'), { code: 'ENOSPC' }),
    new TypeError('a defect'),
  ])('does not repeat %s', async (error) => {
    let attempts = 0;
    await expect(
      withRetries(
        {
          of: 'x',
          attempt: () => {
            attempts++;
            return Promise.reject(error);
          },
        },
        quick,
      ),
    ).rejects.toBe(error);
    expect(attempts).toBe(1);
  });

  it('counts again after progress', async () => {
    let attempts = 0;
    const attempt = (): Promise<void> =>
      ++attempts < 10 ? Promise.reject(new TransientError('broken')) : Promise.resolve();
    await withRetries({ of: 'x', attempt, advanced: () => true }, quick);
    expect(attempts).toBe(10);
  });

  it('ends a pause when it is interrupted', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    await expect(
      withRetries(
        { of: 'x', attempt: () => Promise.reject(new TransientError('busy', { retryAfterMs: 60_000 })) },
        { ...quick, signal: abort.signal },
      ),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  describe('a pause that the server asks for', () => {
    const waiting = (askedMs: number, failures: number) => {
      const events: WorkEvent[] = [];
      let sleptMs = 0;
      let left = failures;
      const done = withRetries(
        {
          of: 'me/made',
          attempt: () =>
            left-- > 0
              ? Promise.reject(
                  new TransientError('too many requests (429)', { status: 429, retryAfterMs: askedMs }),
                )
              : Promise.resolve('done'),
        },
        {
          settings: transferSettings(
            {},
            {
              backoffMs: 1000,
              sleep: (ms) => {
                sleptMs += ms;
                return Promise.resolve();
              },
            },
          ),
          signal: undefined,
          report: (event) => events.push(event),
        },
      );
      return { done, events, sleptMs: () => sleptMs };
    };

    it('is kept as it is, said with the attempt, and shown as it passes', async () => {
      const { done, events, sleptMs } = waiting(271_000, 1);
      expect(await done).toBe('done');
      expect(sleptMs()).toBe(271_000);
      expect(events[0]).toEqual({
        type: 'step',
        message:
          'me/made: too many requests (429); trying again in 271 s, as the server asks (attempt 2 of 6)',
      });
      expect(events).toHaveLength(272);
      expect(events.at(-1)).toMatchObject({ type: 'progress', done: 270, total: 271, unit: 'seconds' });
    });

    it('of nothing is no leave to ask again at once', async () => {
      const { done, sleptMs } = waiting(0, 2);
      await done;
      expect(sleptMs()).toBeGreaterThan(2000);
    });

    it('that is too long is not begun, and both times are said', async () => {
      const { done, sleptMs } = waiting(3_600_000, 1);
      await expect(done).rejects.toMatchObject({
        code: 'DOWNLOAD_FAILED',
        message: expect.stringContaining(
          'the server asks to wait 60 min, longer than the 15 min that are waited at most',
        ) as unknown,
        hint: expect.stringContaining('after that time') as unknown,
      });
      expect(sleptMs()).toBe(0);
    });
  });
});

describe('a connection that cannot be trusted or understood', () => {
  const attempt = (error: Error) => () => Promise.reject(error);
  const failing = (code: string, name = 'Error') => Object.assign(new Error('x'), { code, name });

  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    '%s is told at once',
    async (code) => {
      const told: unknown[] = [];
      const context = { settings: transferSettings({}), signal: undefined, report: told.push.bind(told) };
      await expect(withRetries({ of: 'it', attempt: attempt(failing(code)) }, context)).rejects.toMatchObject(
        {
          code: 'TLS_UNTRUSTED',
          message: `it: the certificate of the server is not trusted (${code})`,
        },
      );
      expect(told).toEqual([]);
    },
  );

  it.each([
    [failing('ERR_SSL_WRONG_VERSION_NUMBER'), /no TLS can be spoken/],
    [failing('EPROTO'), /no TLS can be spoken/],
    [failing('HPE_INVALID_CONSTANT', 'HTTPParserError'), /no HTTP/],
  ])('%s may pass', (error, message) => {
    expect(asTransient(error)?.message).toMatch(message);
  });
});
