import canonicalize from 'canonicalize';
import { GgufError } from '../errors.js';
import { valueProblem } from './json-reader.js';

/** Any value that JSON can hold. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * RFC 8785 canonical JSON: equal values give equal text. Properties that are `undefined` are left out.
 * @throws GgufError `BAD_JSON` for a value that has none: nested too deep, no Unicode, no finite number
 */
export function canonicalJson(value: Json): string {
  const problem = valueProblem(value);
  if (problem !== null)
    throw new GgufError('BAD_JSON', `a value cannot be written as canonical JSON: ${problem}`, {
      hint: 'It comes from a file that a step reads, or from what a tool printed. Look there for a text that is no Unicode, or for lists in lists.',
    });
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/** The value as its canonical JSON says it: names in order, and what is `undefined` left out. */
export function canonicalValue(value: Json): Json {
  return JSON.parse(canonicalJson(value)) as Json;
}

/**
 * Canonical key order, indented for people, with a final newline: the form of every JSON file this project
 * writes.
 */
export function prettyJson(value: Json): string {
  return `${JSON.stringify(canonicalValue(value), null, 2)}\n`;
}
