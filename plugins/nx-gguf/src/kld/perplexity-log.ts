import { GgufError } from '../core/errors.js';
import { failureIn, toolLines } from './perplexity-failures.js';

/** A value with its standard error; the error is null where the tool could not compute one. */
export interface Estimate {
  readonly value: number;
  readonly error: number | null;
}

/** How a quantity is spread over the compared tokens. */
export interface Distribution {
  readonly mean: Estimate;
  readonly maximum: number;
  readonly percentile99_9: number;
  readonly percentile99: number;
  readonly percentile95: number;
  readonly percentile90: number;
  readonly median: number;
  readonly percentile10: number;
  readonly percentile5: number;
  readonly percentile1: number;
  readonly percentile0_1: number;
  readonly minimum: number;
}

/** A distribution with quartiles and root mean square. */
export interface DetailedDistribution extends Distribution {
  readonly percentile75: number;
  readonly percentile25: number;
  readonly rms: Estimate;
}

/** Everything llama-perplexity prints about a variant (follows kl_divergence of tools/perplexity/perplexity.cpp). */
export interface KldStatistics {
  /** Chunks of text that were compared. */
  readonly chunks: number;
  readonly perplexity: {
    readonly variant: Estimate;
    readonly base: Estimate;
    readonly correlationPercent: number;
    readonly logRatio: Estimate;
    readonly ratio: Estimate;
    readonly difference: Estimate;
  };
  /** KL divergence of the variant's token probabilities from the base's, in nats. */
  readonly kldNats: Distribution;
  /** Change of the probability of the right token from base to variant, in percentage points. */
  readonly deltaProbabilityPercent: DetailedDistribution;
  /** Share of tokens for which base and variant put the same token first. */
  readonly sameTopPercent: Estimate;
}

/** One chunk's row of the comparison; all its values are running ones, over the chunks so far. */
export interface ChunkRow {
  readonly chunk: number;
  readonly perplexity: Estimate;
  readonly logRatio: Estimate;
  readonly kldNats: Estimate;
  readonly deltaProbabilityRmsPercent: Estimate;
  readonly sameTopPercent: Estimate;
}

/** One chunk of a base pass, with the perplexity over the chunks so far. */
export interface BaseProgress {
  readonly chunk: number;
  readonly perplexity: number;
}

type Statistics = ReadonlyMap<string, { readonly value: number; readonly error: number }>;

const number = String.raw`[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|nan|inf)`;
const rowPattern = new RegExp(`^\\s*(\\d+)((?:\\s+${number} ±\\s+${number}(?: %)?){5})\\s*$`);
const statisticPattern = new RegExp(`^\\s*(\\S.*?)\\s*:\\s*(${number})\\s*%?(?:\\s*±\\s*(${number})\\s*%?)?\\s*$`);

/** The chunks that a piece of a base pass's output reports as done: `[1]12.3456,[2]…`, which has no line ends. */
export function baseProgress(text: string): BaseProgress[] {
  return [...text.matchAll(new RegExp(`\\[(\\d+)\\](${number}),`, 'g'))].map(([, chunk, perplexity]) => ({ chunk: Number(chunk), perplexity: toNumber(perplexity) }));
}

/** Reads a row of the comparison's table; null for any other line. */
export function chunkRow(line: string): ChunkRow | null {
  const match = rowPattern.exec(line);
  if (match === null) return null;
  const [perplexity, logRatio, kldNats, deltaProbabilityRmsPercent, sameTopPercent] = [...(match[2] ?? '').matchAll(new RegExp(`(${number}) ±\\s+(${number})`, 'g'))].map(
    ([, value, error]) => estimate({ value: toNumber(value), error: toNumber(error) }),
  );
  if (!perplexity || !logRatio || !kldNats || !deltaProbabilityRmsPercent || !sameTopPercent) return null;
  return { chunk: Number(match[1]), perplexity, logRatio, kldNats, deltaProbabilityRmsPercent, sameTopPercent };
}

/**
 * The statistics that a variant pass printed. The tool exits 0 when it fails, so its output decides: throws a GgufError
 * with the tool's last lines if it reported a failure, printed no complete statistics, or printed values that are no numbers.
 */
export function requireKldStatistics(output: string): KldStatistics {
  const lines = toolLines(output);
  const failure = failureIn(lines);
  if (failure !== null) throw failure;
  const found = statisticsIn(lines);
  const rows = lines.map(chunkRow).filter((row) => row !== null);
  if (!found.has('Same top p')) throw noStatistics(lines, rows.length);
  const broken = [...found].filter(([, { value }]) => !Number.isFinite(value)).map(([label]) => label);
  if (broken.length > 0) {
    throw new GgufError('KLD_NOT_FINITE', `the comparison gave no finite number for: ${broken.join(', ')}`, {
      hint: 'One of the models computes NaN or infinity: check its conversion, and the types of its most sensitive tensors.',
      tail: lines.slice(-20),
    });
  }
  return statistics(found, rows.at(-1)?.chunk ?? 0);
}

/**
 * The perplexity of a base pass over all its chunks, from its last line or, as that can be lost, from its progress, which
 * shows the same four decimals. Throws as `requireKldStatistics` does.
 */
export function requireBasePerplexity(output: string): number {
  const lines = toolLines(output);
  const failure = failureIn(lines);
  if (failure !== null) throw failure;
  const final = firstMatch(lines, new RegExp(`^Final estimate: PPL = (${number}) `));
  const chunks = firstMatch(lines, /calculating perplexity over (\d+) chunks/);
  const last = baseProgress(output).at(-1);
  const perplexity = final !== undefined ? toNumber(final) : last !== undefined && last.chunk === Number(chunks) ? last.perplexity : undefined;
  if (perplexity === undefined) throw noStatistics(lines, 0);
  if (Number.isFinite(perplexity)) return perplexity;
  throw new GgufError('KLD_NOT_FINITE', 'the perplexity of the base model is no finite number', { hint: 'The model computes NaN or infinity: check its conversion.', tail: lines.slice(-20) });
}

function statisticsIn(lines: readonly string[]): Statistics {
  const start = lines.findIndex((line) => line.startsWith('====== Perplexity statistics'));
  const matches = start < 0 ? [] : lines.slice(start).map((line) => statisticPattern.exec(line));
  return new Map(matches.filter((match) => match !== null).map(([, label = '', value, error]) => [label.replace(/\s+/g, ' '), { value: toNumber(value), error: toNumber(error) }]));
}

function statistics(found: Statistics, chunks: number): KldStatistics {
  const take = (label: string): Estimate => {
    const entry = found.get(label);
    if (entry === undefined) throw new GgufError('KLD_NO_STATISTICS', `the tool did not print '${label}'`, { hint: 'The output was cut, or the toolchain prints statistics in another form.' });
    return estimate(entry);
  };
  const spread = (unit: string): Distribution => ({
    mean: take(`Mean ${unit}`),
    maximum: take(`Maximum ${unit}`).value,
    percentile99_9: take(`99.9% ${unit}`).value,
    percentile99: take(`99.0% ${unit}`).value,
    percentile95: take(`95.0% ${unit}`).value,
    percentile90: take(`90.0% ${unit}`).value,
    median: take(`Median ${unit}`).value,
    percentile10: take(`10.0% ${unit}`).value,
    percentile5: take(`5.0% ${unit}`).value,
    percentile1: take(`1.0% ${unit}`).value,
    percentile0_1: take(`0.1% ${unit}`).value,
    minimum: take(`Minimum ${unit}`).value,
  });
  return {
    chunks,
    perplexity: {
      variant: take('Mean PPL(Q)'),
      base: take('Mean PPL(base)'),
      correlationPercent: take('Cor(ln(PPL(Q)), ln(PPL(base)))').value,
      logRatio: take('Mean ln(PPL(Q)/PPL(base))'),
      ratio: take('Mean PPL(Q)/PPL(base)'),
      difference: take('Mean PPL(Q)-PPL(base)'),
    },
    kldNats: spread('KLD'),
    deltaProbabilityPercent: { ...spread('Δp'), percentile75: take('75.0% Δp').value, percentile25: take('25.0% Δp').value, rms: take('RMS Δp') },
    sameTopPercent: take('Same top p'),
  };
}

// kl_divergence returns without statistics below 100 tokens, and says nothing about it.
const fewestTokens = 100;

function noStatistics(lines: readonly string[], rows: number): GgufError {
  const announced = lines.map((line) => /computing over (\d+) chunks, n_ctx=(\d+)/.exec(line)).find((match) => match !== null);
  const [chunks, context] = [Number(announced?.[1] ?? 0), Number(announced?.[2] ?? 0)];
  // Of each chunk only the second half is evaluated, but for its last token.
  const tokens = chunks * (context - 1 - Math.floor(context / 2));
  const tail = lines.slice(-20);
  if (rows > 0 && rows === chunks && tokens < fewestTokens) {
    return new GgufError('KLD_TOO_FEW_TOKENS', `only ${tokens} tokens were compared; statistics need at least ${fewestTokens}`, { hint: 'Use a longer text, more chunks or a larger context.', tail });
  }
  return new GgufError('KLD_NO_STATISTICS', 'llama-perplexity ended without its results', {
    hint: 'Its last messages can be lost when it exits at once: check that model, text and base file exist and fit, and run it again.',
    tail,
  });
}

function firstMatch(lines: readonly string[], pattern: RegExp): string | undefined {
  return lines.map((line) => pattern.exec(line)?.[1]).find((group) => group !== undefined);
}

function estimate({ value, error }: { readonly value: number; readonly error: number }): Estimate {
  return { value, error: Number.isFinite(error) ? error : null };
}

function toNumber(text: string | undefined): number {
  if (text === undefined || text.endsWith('nan')) return NaN;
  return text.endsWith('inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}
