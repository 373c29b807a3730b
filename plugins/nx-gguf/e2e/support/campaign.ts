import { seededRandom } from '../../src/core/seeded-random.js';

/**
 * How thoroughly suites try what can be tried without end: `tools/bench/campaign.mjs` says how often and with
 * which seed. Null in an ordinary run, where each takes its few cases that matter most.
 */
export const campaign = parse(process.env['NX_GGUF_E2E_CAMPAIGN']);

/** Moments of a campaign, in milliseconds below a limit; the given ones in an ordinary run. */
export function moments(ordinary: readonly number[], limitMs: number): number[] {
  if (campaign === null) return [...ordinary];
  const random = seededRandom(campaign.seed);
  return Array.from({ length: campaign.rounds }, () => Math.floor(random() * limitMs));
}

function parse(text: string | undefined): { seed: number; rounds: number } | null {
  const [, seed, rounds] = /^(\d+):(\d+)$/.exec(text ?? '') ?? [];
  return seed === undefined ? null : { seed: Number(seed), rounds: Number(rounds) };
}
