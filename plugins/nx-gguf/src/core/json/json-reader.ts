import { utf8Text } from '../utf8-text.js';

/** What a JSON text from outside may be at most. */
export interface JsonLimits {
  /** UTF-16 code units of the text. */
  length: number;
  /** Values in all lists and objects together. */
  values: number;
  /**
   * True for files of others whose names are data, such as the tokens of a tokenizer: any name is one, and of
   * a name that stands twice in one object the last counts, as for the tools that read the file.
   */
  hasAnyNames?: boolean;
}

/** Far above everything that this project writes: the index of 60,000 tensors has 500,000 values. */
const usualLimits: JsonLimits = { length: 64 << 20, values: 2_000_000 };

/** For the files of a checkpoint: the largest tokenizers known have 35 MB and 3,000,000 values. */
export const checkpointLimits: JsonLimits = {
  length: 256 << 20,
  values: 12_000_000,
  hasAnyNames: true,
};

/** Lists and objects inside one another, at most: recursion over them stays far from the end of the stack. */
const deepest = 128;

/** Why a text is not taken; `cause` is there for one that is no JSON at all. */
export interface JsonProblem {
  problem: string;
  cause?: Error;
}

/**
 * The value of JSON of whatever origin, or why it is not taken: it is no JSON, or passes a limit, or
 * says what has no canonical form (a text that is no Unicode, bytes that are no UTF-8, a number without end), or what two readers could
 * understand in two ways (a name that stands twice, `__proto__`). It throws nothing, and what it gives can be
 * walked by recursion and hashed.
 */
export function readJson(
  source: string | Uint8Array,
  limits: JsonLimits = usualLimits,
): { value: unknown } | JsonProblem {
  const text = typeof source === 'string' ? source : utf8Text(source);
  if (text === null) return { problem: 'it is not in UTF-8' };
  const read = parseBounded(text, limits);
  if ('problem' in read) return read;
  const names = limits.hasAnyNames === true ? null : { count: 0 };
  const problem =
    contentProblem(read.value, deepest, names) ??
    (names === null || names.count === read.names ? null : 'a name stands twice in one object of it');
  return problem === null ? { value: read.value } : { problem };
}

/** The same for what only saves work: null for a text that is not taken. */
export function jsonOrNull(source: string | Uint8Array, limits: JsonLimits = usualLimits): unknown {
  const read = readJson(source, limits);
  return 'value' in read ? read.value : null;
}

/**
 * The value of a JSON text within the limits, whatever it says, and the number of names in the text. For files
 * of people, whose reader names the place of what is wrong in them.
 */
export function parseBounded(
  text: string,
  limits: JsonLimits = usualLimits,
): { value: unknown; names: number } | JsonProblem {
  const scanned = scan(text, limits);
  if ('problem' in scanned) return scanned;
  try {
    return { value: JSON.parse(text) as unknown, names: scanned.names };
  } catch (cause) {
    return { problem: 'it is no JSON', cause: cause as Error };
  }
}

/**
 * Why a value has no canonical JSON, or null: it is nested too deep (or in itself), or has a text or a number
 * that JSON cannot say.
 */
export function valueProblem(value: unknown): string | null {
  return contentProblem(value, deepest, null);
}

const [quote, comma, colon, openList, backslash, closeList, openObject, closeObject] = [
  0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d,
] as const;

/**
 * Counts before anything is parsed: a few megabytes of brackets become a gigabyte of lists. In a text that is
 * no JSON the counts mean nothing, and the parser says so.
 */
function scan(text: string, limits: JsonLimits): { names: number } | JsonProblem {
  if (text.length > limits.length)
    return { problem: `it is longer than ${limits.length.toLocaleString('en')} characters` };
  let [depth, values, names] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfText(text, at);
      if (at < 0) break;
    } else if (code === openObject || code === openList) {
      values++;
      if (++depth > deepest) return { problem: tooDeep };
      if (values > limits.values) return { problem: tooMany(limits.values) };
    } else if (code === closeObject || code === closeList) depth--;
    else if (code === comma) {
      if (++values > limits.values) return { problem: tooMany(limits.values) };
    } else if (code === colon) names++;
  }
  return { names };
}

/** The place of the quote that ends the text in double quotes that begins at a place, or -1. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === backslash) first--;
    if ((end - first) % 2 === 0) return end;
  }
  return -1;
}

/** With a count of names, those of the value are counted, and `__proto__` is refused. */
function contentProblem(value: unknown, levels: number, seen: { count: number } | null): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : noUnicode;
  if (typeof value === 'number')
    return Number.isFinite(value) ? null : 'a number in it is too large, or none';
  if (typeof value !== 'object' || value === null) return null;
  if (levels === 0) return tooDeep;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) {
      const problem = contentProblem(item, levels - 1, seen);
      if (problem !== null) return problem;
    }
    return null;
  }
  const names = Object.keys(value);
  if (seen !== null) seen.count += names.length;
  for (const name of names) {
    if (seen !== null && name === '__proto__') return 'a name in it is "__proto__"';
    const problem =
      contentProblem(name, 1, null) ??
      contentProblem((value as Record<string, unknown>)[name], levels - 1, seen);
    if (problem !== null) return problem;
  }
  return null;
}

const noUnicode = 'a text in it is no Unicode (half of a surrogate pair)';

const tooDeep = `it is nested deeper than ${deepest} levels`;

function tooMany(values: number): string {
  return `it has more than ${values.toLocaleString('en')} values`;
}
