import { GgufError } from '../core/errors.js';
import { retryAfterMs, TransientError, withRetries } from './retry.js';
import { transferSettings } from './transfer-settings.js';

const quick = {
  settings: transferSettings({}, { attempts: 3, backoffMs: 1 }),
  signal: undefined,
  report: () => undefined,
};

describe('retryAfterMs', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  it.each<[string | undefined, number | null]>([
    [undefined, null],
    ['2', 2000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['soon', null],
  ])('%j: %j', (header, expected) => {
    expect(retryAfterMs((name) => (name === 'retry-after' ? header : undefined), nowMs)).toBe(expected);
  });

  it.each([
    ['"api";r=0;t=55', 55_000],
    ['"resolvers"; r=0; t=1', 1000],
    ['"api";r=12;t=55', null],
    ['nonsense', null],
  ])("the hub's own header, %s: %j", (header, expected) => {
    expect(retryAfterMs((name) => (name === 'ratelimit' ? header : undefined), nowMs)).toBe(expected);
  });
});

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
});
