import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON Schema, as far as its members are read here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

// The same places from src/core/ and from dist/chunks/.
const schemas = join(import.meta.dirname, '../../schemas');
const rooms = join(import.meta.dirname, '..');
const read = new Map<string, JsonSchema>();

/** A schema of this package by its name, such as `model`. */
export function schemaFile(name: string): JsonSchema {
  return readOnce(join(schemas, `${name}.schema.json`));
}

/** The schema of an executor's options as Nx reads it, which is beside the executor. */
export function nxExecutorSchema(name: string): JsonSchema {
  return readOnce(join(rooms, 'executors', name, 'schema.json'));
}

const strict = new Map<string, JsonSchema>();

/**
 * The schema of an executor's options, which refuses options that it does not know. Its file, which Nx reads,
 * lets them pass: Nx suggests no name in place of an unknown one, and ends a batch without naming it.
 */
export function executorSchema(name: string): JsonSchema {
  return strictSchema(`executors/${name}`, nxExecutorSchema(name));
}

/** The same for a generator's options, whose schema is beside the generator. */
export function generatorSchema(name: string): JsonSchema {
  return strictSchema(`generators/${name}`, readOnce(join(rooms, 'generators', name, 'schema.json')));
}

function strictSchema(id: string, asNxReadsIt: JsonSchema): JsonSchema {
  const schema = strict.get(id) ?? { ...asNxReadsIt, $id: id, additionalProperties: false };
  strict.set(id, schema);
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

/** A schema, read when it is first asked for. */
function readOnce(path: string): JsonSchema {
  const schema = read.get(path) ?? (JSON.parse(readFileSync(path, 'utf8')) as JsonSchema);
  read.set(path, schema);
  return schema;
}
