import type { MeasuredFile } from '../../core/generated/common.generated.js';
import type { KldResult } from '../../core/generated/kld.generated.js';

/**
 * The conditions under which figures were measured, as texts that are equal for equal conditions; null for an
 * unknown one.
 */
export interface MeasuringConditions {
  /** Digests of the unquantized model. */
  readonly base: string | null;
  /** Digest of the text. */
  readonly text: string | null;
  readonly settings: string | null;
  /** Digest of the tools' identity. */
  readonly tools: string | null;
  readonly chunks: number | null;
}

/** One thing in which two measurements differ, with the word for it and both values. */
export interface ConditionDifference {
  readonly what: string;
  readonly own: string;
  readonly other: string;
}

/** Names of conditions, in the order in which they are told. */
const words: readonly (readonly [keyof MeasuringConditions, string])[] = [
  ['base', 'the unquantized model'],
  ['text', 'the text'],
  ['settings', 'the settings'],
  ['tools', 'the tools'],
  ['chunks', 'the chunks'],
];

/** Conditions of which nothing is known. */
export const unknownConditions: MeasuringConditions = {
  base: null,
  text: null,
  settings: null,
  tools: null,
  chunks: null,
};

/** The conditions that a result states. */
export function conditionsOf({
  subject: { base, corpus, parameters, toolchain },
  statistics: { chunks },
}: Pick<KldResult, 'subject' | 'statistics'>): MeasuringConditions {
  return {
    base: filesText(base),
    text: filesText([corpus]),
    settings: settingsText(parameters),
    tools: toolchain,
    chunks,
  };
}

/**
 * Everything in which two measurements are known to differ; their figures can be compared when that is
 * nothing.
 */
export function conditionDifferences(
  own: MeasuringConditions,
  other: MeasuringConditions,
): ConditionDifference[] {
  return words.flatMap(([key, what]) => {
    const [a, b] = [own[key], other[key]];
    return a === null || b === null || a === b ? [] : [{ what, own: String(a), other: String(b) }];
  });
}

/** A difference in a few words, with digests cut short: `the chunks: 4, not 8`. */
export function differenceWords({ what, own, other }: ConditionDifference): string {
  const short = (text: string): string => text.replace(/\b[0-9a-f]{64}\b/g, (digest) => digest.slice(0, 12));
  return `${what}: ${short(own)}, not ${short(other)}`;
}

/** Files as a text. Names do not matter: equal bytes are the same model. Null for none. */
export function filesText(files: readonly MeasuredFile[]): string | null {
  return files.length === 0 ? null : files.map(({ sha256 }) => sha256).join(' ');
}

/**
 * Settings as a text. A number is the same as its digits, and how many chunks were asked for says less than
 * how many there were.
 */
export function settingsText(parameters: Readonly<Record<string, string | number | boolean>>): string {
  return Object.keys(parameters)
    .filter((name) => name !== 'chunks')
    .sort()
    .map((name) => `${name} ${String(parameters[name])}`)
    .join(', ');
}
