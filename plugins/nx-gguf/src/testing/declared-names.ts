import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { repository } from './documents.js';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const plugin = join(repository, 'plugins/nx-gguf');

/** What the JSON schemas of a glob declare: names of properties, and `outer.inner` for those of properties. */
export function declaredNames(patterns: readonly string[]): { names: Set<string>; pairs: Set<string> } {
  const names = new Set<string>();
  const pairs = new Set<string>();
  for (const file of globSync([...patterns], { cwd: plugin })) {
    const document = JSON.parse(readFileSync(join(plugin, file), 'utf8')) as Schema;
    const resolved = (schema: Schema): Schema =>
      schema.$ref?.startsWith('#/') === true ? at(document, schema.$ref.slice(2).split('/')) : schema;
    const visited = new Set<Schema>();
    const visit = (given: Schema): void => {
      const schema = resolved(given);
      if (visited.has(schema)) return;
      visited.add(schema);
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        names.add(name);
        for (const inner of ownNames(property, resolved)) pairs.add(`${name}.${inner}`);
      }
      for (const part of partsOf(schema)) visit(part);
    };
    visit(document);
  }
  return { names, pairs };
}

/** The properties of a schema and of all its alternatives and items, but not of its properties. */
function ownNames(
  given: Schema,
  resolved: (schema: Schema) => Schema,
  seen = new Set<Schema>(),
): readonly string[] {
  const schema = resolved(given);
  if (seen.has(schema)) return [];
  seen.add(schema);
  const { properties = {}, ...rest } = schema;
  return [...Object.keys(properties), ...partsOf(rest).flatMap((part) => ownNames(part, resolved, seen))];
}

function partsOf(schema: object): Schema[] {
  return Object.values(schema)
    .flatMap((value: unknown) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .filter((value): value is Schema => typeof value === 'object' && value !== null);
}

function at(document: Schema, path: readonly string[]): Schema {
  return path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], document) as Schema;
}
