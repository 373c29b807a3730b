import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../plugins/nx-gguf/src/core/digest.js';
import { targets } from './targets/index.js';
import { tryInputs, type FuzzResult } from './try-inputs.js';

const here = import.meta.dirname;
const { FUZZ_SECONDS, FUZZ_SEED = '1', FUZZ_TARGETS, FUZZ_CORPUS } = process.env;
const seconds = FUZZ_SECONDS === undefined ? null : Number(FUZZ_SECONDS);
const names = FUZZ_TARGETS?.split(',');
const chosen = targets.filter(({ name }) => names?.includes(name) !== false);
const committed = join(here, 'corpus');
const grown = FUZZ_CORPUS ?? null;

const inputsIn = (directory: string | null, target: string): Uint8Array[] => {
  if (directory === null) return [];
  const place = join(directory, target);
  mkdirSync(place, { recursive: true });
  return readdirSync(place)
    .sort()
    .map((name) => readFileSync(join(place, name)));
};

function keep(directory: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(directory, { recursive: true });
  for (const input of inputs) writeFileSync(join(directory, sha256(input).slice(0, 16)), input);
}

function told({ inputs, outcomes, findings }: FuzzResult): string {
  const rss = Math.round(process.memoryUsage.rss() / 2 ** 20);
  const kinds = [...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ');
  const shown = findings.map(
    ({ input, error }) =>
      `${(error as Error).stack ?? String(error)}\n  input (base64): ${Buffer.from(input.subarray(0, 3000)).toString('base64')}`,
  );
  return [`${inputs} inputs, ${rss} MiB resident: ${kinds}`, ...shown].join('\n');
}

describe('whatever bytes come from outside are read, or refused with a code', () => {
  it.each(chosen.map((target) => [target.name, target] as const))(
    '%s',
    async (name, target) => {
      const end = Date.now() + (seconds ?? 0) * 1000;
      const result = await tryInputs(target, {
        seed: Number(FUZZ_SEED),
        isOver: (inputs) => (seconds === null ? inputs >= target.rounds : Date.now() >= end),
        corpus: [...inputsIn(committed, name), ...inputsIn(grown, name)],
        isGuided: seconds !== null,
      });
      if (grown !== null) {
        keep(join(grown, name), result.kept);
        keep(
          join(grown, `${name}-findings`),
          result.findings.map(({ input }) => input),
        );
      }
      const words = told(result);
      if (seconds !== null) console.log(`${name}: ${words}`);
      if (result.findings.length > 0) throw new Error(words);
      // A target that meets one outcome alone reads nothing.
      expect(result.outcomes.size).toBeGreaterThan(1);
    },
    seconds === null ? 300_000 : (seconds + 600) * 1000,
  );
});
