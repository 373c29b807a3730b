import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON Schema, as far as its members are read here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

// The same place from src/ and from dist/.
const folder = join(import.meta.dirname, '../../schemas');
const read = new Map<string, JsonSchema>();

/** A schema of this package by its name (`model`, `generators/update`), read when it is first asked for. */
export function schemaFile(name: string): JsonSchema {
  const known = read.get(name);
  if (known !== undefined) return known;
  const schema = JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8')) as JsonSchema;
  read.set(name, schema);
  return schema;
}

const strict = new Map<string, JsonSchema>();

/**
 * The schema of an executor's options, which refuses options that it does not know. Its file, which Nx reads,
 * lets them pass where tasks run in batches: Nx ends a batch on an unknown option without naming it.
 */
export function executorSchema(name: string): JsonSchema {
  const schema = strict.get(name) ?? { ...schemaFile(`executors/${name}`), additionalProperties: false };
  strict.set(name, schema);
  return schema;
}

/** A text in a schema, by the keys that lead to it. */
export function schemaText(name: string, ...keys: string[]): string {
  const value = keys.reduce<unknown>(
    (node, key) => (node as Readonly<Record<string, unknown>> | undefined)?.[key],
    schemaFile(name),
  );
  if (typeof value !== 'string') throw new Error(`${name}.schema.json has no text at ${keys.join('/')}`);
  return value;
}
