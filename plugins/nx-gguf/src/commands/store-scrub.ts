import { setTimeout } from 'node:timers/promises';
import prettyBytes from 'pretty-bytes';
import { counted } from '../core/counted.js';
import { GgufError } from '../core/errors.js';
import type { StoreLayout } from '../store/layout.js';
import { scrubBlobs } from '../store/scrub.js';
import { usageText } from './command-usage.js';
import type { StoreArguments, StoreCommandContext } from './store-options.js';
import { commandUsages } from './usages.js';

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  KI: 2 ** 10,
  MI: 2 ** 20,
  GI: 2 ** 30,
  TI: 2 ** 40,
};
const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** `nx-gguf store scrub`: hashes the blobs, those first that were not hashed for longest. */
export async function scrubStore(
  layout: StoreLayout,
  { values }: StoreArguments,
  { print, report, clock = systemClock }: StoreCommandContext,
): Promise<number> {
  const bytesPerMs = rateOf(textOf(values['rate']));
  const forMs = durationOf(textOf(values['for']));
  const startMs = clock.nowMs();
  const shown = (bytes: number): string => prettyBytes(bytes, { binary: true });
  let done = 0;
  let total = 0;
  const scrubbed = await scrubBlobs(layout, {
    repair: true,
    goesOn: () => clock.nowMs() - startMs < forMs,
    onPlan: (_, bytes) => {
      total = bytes;
    },
    onDamage: (digest, error) => {
      print(`damaged blob ${digest}: ${error?.hint?.split(' Run again')[0] ?? ''}`);
    },
    onBytes: async (count) => {
      done += count;
      report?.({ type: 'progress', label: 'hashing the store', done, total, unit: 'bytes' });
      const earlyMs = done / bytesPerMs - (clock.nowMs() - startMs);
      if (earlyMs >= 1) await clock.sleep(earlyMs);
    },
  });
  const { blobs, bytes, damagedBlobs, leftBlobs, leftBytes } = scrubbed;
  const rest =
    leftBlobs === 0 ? '' : `; ${counted(leftBlobs, 'blob')} (${shown(leftBytes)}) left for the next time`;
  print(`hashed ${counted(blobs, 'blob')} (${shown(bytes)}), ${damagedBlobs.length} damaged${rest}`);
  return damagedBlobs.length === 0 ? 0 : 1;
}

const systemClock = { nowMs: () => performance.now(), sleep: (ms: number) => setTimeout(ms) };

function textOf(given: unknown): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

/** Bytes in a millisecond. */
function rateOf(given: string | undefined): number {
  if (given === undefined) return Infinity;
  const [, figure = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]i?)?B(?:\/s)?$/i.exec(given) ?? [];
  const rate = Number(figure) * (unitBytes[unit.toUpperCase()] ?? NaN);
  if (figure !== '' && rate > 0) return rate / 1000;
  throw refused(`--rate takes bytes in a second, such as 100MB/s, not ${JSON.stringify(given)}`);
}

function durationOf(given: string | undefined): number {
  if (given === undefined) return Infinity;
  const [, figure = '', unit = ''] = /^(\d+(?:\.\d+)?)([smh])$/.exec(given) ?? [];
  const ms = Number(figure) * (unitMs[unit] ?? NaN);
  if (figure !== '' && ms > 0) return ms;
  throw refused(`--for takes a time, such as 90s, 30m or 2h, not ${JSON.stringify(given)}`);
}

function refused(message: string): GgufError {
  return new GgufError('BAD_OPTIONS', message, { hint: usageText(commandUsages['store scrub']) });
}
