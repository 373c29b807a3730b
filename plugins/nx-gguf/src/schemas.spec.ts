import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { globSync } from 'tinyglobby';
import { ownKeywords } from './core/schema-checks.js';

const schemas = join(import.meta.dirname, '../schemas');
const rooms = import.meta.dirname;
const generated = join(import.meta.dirname, 'core/generated');
const schemaFiles = globSync(['*.schema.json'], { cwd: schemas }).sort();
const optionFiles = globSync(['{executors,generators}/*/schema.json'], { cwd: rooms }).sort();
const paths = [
  ...schemaFiles.map((file) => join(schemas, file)),
  ...optionFiles.map((file) => join(rooms, file)),
];
const ids = [...schemaFiles, ...optionFiles];
const modules = globSync(['**/*.generated.ts'], { cwd: generated }).sort();

const keywords = [...ownKeywords];

interface Node {
  $id?: string;
  title?: string;
  description?: string;
  definitions?: Record<string, Node>;
}

describe('schemas', () => {
  it.each(paths)('%s describes itself and all that it defines', (path) => {
    const schema = JSON.parse(readFileSync(path, 'utf8')) as Node;
    const nodes = [[path, schema] as const, ...Object.entries(schema.definitions ?? {}), ...titled(schema)];
    expect(new Ajv({ discriminator: true, allowUnionTypes: true, keywords }).validateSchema(schema)).toBe(
      true,
    );
    expect(nodes.filter(([, { description = '' }]) => description === '').map(([name]) => name)).toEqual([]);
  });

  it.each(paths)('%s says in words what each pattern, and each choice of values, takes', (path) => {
    const schema = JSON.parse(readFileSync(path, 'utf8')) as object;
    expect(withoutWords(schema)).toEqual([]);
  });

  it('find each other by their paths, and compile', () => {
    const all = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')) as Node);
    const ajv = new Ajv({ discriminator: true, allowUnionTypes: true, schemas: all, keywords });
    expect(all.map(({ $id }) => $id)).toEqual(ids);
    for (const id of ids) expect(ajv.getSchema(id)).toBeDefined();
  });

  it('declare each type in one module', () => {
    const declared = modules.flatMap((file) => declarations(readFileSync(join(generated, file), 'utf8')));
    expect(declared.length).toBeGreaterThan(100);
    expect(declared.filter((text, index) => declared.indexOf(text) !== index)).toEqual([]);
  });

  it.each(modules)('%s: each type says what it is', (file) => {
    const lines = readFileSync(join(generated, file), 'utf8').split('\n');
    expect(
      lines.filter(
        (line, index) => /^export (type|interface)/.test(line) && lines[index - 1]?.trim() !== '*/',
      ),
    ).toEqual([]);
  });
});

/** The types that a module declares, each with what it holds. */
function declarations(module: string): string[] {
  return module
    .split(/^export /m)
    .slice(1)
    .map((text) => text.replace(/\s*\/\*\*[^]*?\*\//g, '').trim());
}

/** Everything in a schema that gets a type with a name. */
function titled(value: unknown): (readonly [string, Node])[] {
  if (typeof value !== 'object' || value === null) return [];
  const { title } = value as Node;
  return [
    ...(typeof title === 'string' ? [[title, value as Node] as const] : []),
    ...Object.values(value).flatMap(titled),
  ];
}

/** Patterns, and choices among forms of a value, of which messages could only show the expression. */
function withoutWords(node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  const { pattern, oneOf, expects } = node as { pattern?: unknown; oneOf?: unknown; expects?: unknown };
  const isChoice = Array.isArray(oneOf) && oneOf.some((one) => 'type' in one && !('properties' in one));
  const isNullable = Array.isArray(oneOf) && oneOf.some(({ type }: { type?: string }) => type === 'null');
  const isSilent = (typeof pattern === 'string' || (isChoice && !isNullable)) && typeof expects !== 'string';
  return [...(isSilent ? [pattern ?? oneOf] : []), ...Object.values(node).flatMap(withoutWords)];
}
