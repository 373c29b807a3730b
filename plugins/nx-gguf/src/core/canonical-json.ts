import canonicalize from 'canonicalize';

/** Any value that JSON can hold. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** RFC 8785 canonical JSON: equal values give equal text. Properties that are `undefined` are left out. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/**
 * Canonical key order, indented for people, with a final newline: the form of every JSON file this project
 * writes.
 */
export function prettyJson(value: Json): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`;
}
