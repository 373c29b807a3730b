/** What an answer says about when to ask again. */
export interface PausingAnswer {
  header: (name: string) => string | undefined;
  /** Its body, where that was read. */
  text?: string;
}

/**
 * The pause in ms that an answer asks for, or null. In this order: `Retry-After` with seconds or a date; the
 * hub's `RateLimit: "api";r=0;t=55` (docs/hub/rate-limits.md of hub-docs, IETF draft 9); and the words with
 * which the hub ends a limit of one kind of action ("rate limit for repository commits (128 per hour). You can
 * retry this action in 43 minutes."), whose `RateLimit` is that of another limit, with requests left.
 */
export function askedPauseMs({ header, text = '' }: PausingAnswer, nowMs: number): number | null {
  return (
    fromRetryAfter(header('retry-after')?.trim() ?? '', clockMs(header('date'), nowMs)) ??
    fromRateLimit(header('ratelimit') ?? '') ??
    fromWords(text)
  );
}

/** The server's own clock where it shows it: a date that it names is by that clock. */
function clockMs(date: string | undefined, nowMs: number): number {
  const serverMs = httpDateMs(date ?? '');
  return serverMs ?? nowMs;
}

function fromRetryAfter(after: string, nowMs: number): number | null {
  if (/^\d+(\.\d+)?$/.test(after)) return Math.ceil(Number(after) * 1000);
  const dateMs = httpDateMs(after);
  return dateMs === null ? null : Math.max(0, dateMs - nowMs);
}

/** `Date.parse` takes nearly anything with a number in it for a date. */
function httpDateMs(text: string): number | null {
  const ms = /^(mon|tue|wed|thu|fri|sat|sun)/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** The longest time of the limits that have nothing left. */
function fromRateLimit(limits: string): number | null {
  const seconds = limits.split(',').flatMap((limit) => {
    const value = (name: string): string | undefined =>
      new RegExp(`;\\s*${name}\\s*=\\s*(\\d+)`).exec(limit)?.[1];
    const reset = value('t');
    return value('r') === '0' && reset !== undefined ? [Number(reset)] : [];
  });
  return seconds.length === 0 ? null : Math.max(...seconds) * 1000;
}

const unitMs: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

function fromWords(text: string): number | null {
  const [, count = '', unit = ''] =
    /retry this action in (?:about )?(\d{1,6}|an?) (second|minute|hour|day)s?\b/i.exec(text) ?? [];
  const each = unitMs[unit.toLowerCase()];
  return each === undefined ? null : (/^\d/.test(count) ? Number(count) : 1) * each;
}
