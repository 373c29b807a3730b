import { askedPauseMs } from './asked-pause.js';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const asked = (headers: Record<string, string>, text?: string): number | null =>
  askedPauseMs({ header: (name) => headers[name], ...(text === undefined ? {} : { text }) }, nowMs);

describe('Retry-After', () => {
  it.each<[string | undefined, number | null]>([
    [undefined, null],
    ['2', 2000],
    [' 271 ', 271_000],
    ['0.5', 500],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['Thursday, 01-Jan-26 00:01:00 GMT', 60_000],
    ['soon', null],
    ['soon 5', null],
    ['-5', null],
  ])('%j: %j', (after, expected) => {
    expect(asked(after === undefined ? {} : { 'retry-after': after })).toBe(expected);
  });

  it("a date is by the server's clock, not by ours", () => {
    expect(
      asked({ date: 'Thu, 01 Jan 2026 05:00:00 GMT', 'retry-after': 'Thu, 01 Jan 2026 05:02:00 GMT' }),
    ).toBe(120_000);
  });
});

describe("the hub's RateLimit", () => {
  it.each([
    ['"api";r=0;t=55', 55_000],
    ['"resolvers"; r=0; t=1', 1000],
    ['"api";t=55;r=0', 55_000],
    ['"pages";r=0;t=9, "api";r=0;t=300', 300_000],
    ['"pages";r=7;t=9, "api";r=0;t=30', 30_000],
    ['"api";r=12;t=55', null],
    ['nonsense', null],
  ])('%s: %j', (ratelimit, expected) => {
    expect(asked({ ratelimit })).toBe(expected);
  });

  it('yields to Retry-After', () => {
    expect(asked({ ratelimit: '"api";r=0;t=55', 'retry-after': '3' })).toBe(3000);
  });
});

// As the hub words it, beside a RateLimit header of another limit.
describe('a limit of one kind of action', () => {
  const beside = { ratelimit: '"api";r=977;t=188' };
  it.each([
    [
      'You have exceeded the rate limit for repository commits (128 per hour). You can retry this action in 43 minutes.',
      43 * 60_000,
    ],
    ['… repository commits (128 per hour). You can retry this action in about 1 hour.', 3_600_000],
    ['… space creation (20 per day). You can retry this action in 1 day.', 86_400_000],
    ['You can retry this action in a minute', 60_000],
    ['Too many requests', null],
  ])('%s', (text, expected) => {
    expect(asked(beside, text)).toBe(expected);
  });
});
