import type { ParseError } from 'jsonc-parser';
import { parseBounded } from '../core/json/json-reader.js';
import { schemaText } from '../core/schema-files.js';

/*
 * Declarations are checked by the targets that read them. Inference must not fail on a wrong one, or nothing
 * else in the workspace could run: it takes what has the right form and leaves the rest out.
 */

/**
 * JSON with or without comments, or as much as can be read of what is no JSON; a value that is undefined when
 * that is nothing.
 */
export async function looseJson(json: string): Promise<{ value: unknown; isBroken: boolean }> {
  const read = parseBounded(json);
  if ('value' in read) return { value: read.value, isBroken: false };
  if (read.cause === undefined) return { value: undefined, isBroken: true };
  const { parse } = await import('jsonc-parser');
  try {
    const errors: ParseError[] = [];
    const value = parse(json, errors, { allowTrailingComma: true }) as unknown;
    // In front of the object can stand what is no JSON: a byte order mark, or the mark of a merge conflict.
    const start = value === undefined ? json.indexOf('{') : -1;
    return start > 0
      ? { value: parse(json.slice(start), [], { allowTrailingComma: true }) as unknown, isBroken: true }
      : { value, isBroken: errors.length > 0 };
  } catch {
    // Nested deeper than the stack goes.
    return { value: undefined, isBroken: true };
  }
}

/** True for an object that is no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that is not empty, else null. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The texts of a list; none when it is no list. */
export function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string' && item !== '')
    : [];
}

const variantName = new RegExp(schemaText('model', 'properties', 'quantize', 'propertyNames', 'pattern'));

/** The members of an object whose names can be those of variants. */
export function namedMembers(value: unknown): [name: string, member: Readonly<Record<string, unknown>>][] {
  if (!isRecord(value)) return [];
  return Object.entries(value)
    .filter(([name]) => variantName.test(name))
    .map(([name, member]) => [name, isRecord(member) ? member : {}]);
}
