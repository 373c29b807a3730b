import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Ajv, Options, ValidateFunction } from 'ajv';
import { schemaFile } from './schema-files.js';

/** Whether a check collects all problems of a value or stops at the first. */
export type HowMany = 'all' | 'first';

const require = createRequire(import.meta.url);
// In the package only: from src/ and build/ schemas are compiled when they are first asked for.
const compiled = join(import.meta.dirname, '../checks');
const compiledChecks = new Map<string, ValidateFunction | null>();
const compilers = new Map<HowMany, Ajv>();

/** The check of a kind of file of this package, such as `model`. */
export function fileCheck(kind: string, howMany: HowMany): ValidateFunction {
  return compiledCheck(compiledName(kind, howMany)) ?? compiledNow(`${kind}.schema.json`, compiler(howMany));
}

/** The check of a schema that is at hand; it collects all problems. */
export function schemaCheck(schema: object): ValidateFunction {
  const id = '$id' in schema && typeof schema.$id === 'string' ? schema.$id : null;
  return (id === null ? null : compiledCheck(id)) ?? compiler('all').compile(schema);
}

/**
 * The name of a check that the package has compiled: its path in `dist/checks`, without extension.
 * @public compile-checks.mjs writes these files
 */
export function compiledName(kind: string, howMany: HowMany): string {
  return howMany === 'all' ? kind : `${kind}.${howMany}`;
}

/** Keywords of our own: `expects` says in words what a pattern or a union takes, for messages. */
export const ownKeywords = ['expects'] as const;

/**
 * A compiler of schemas. The schemas of the package are checked by a test: not at each start.
 * @public compile-checks.mjs compiles with the same settings
 */
export function createCompiler(howMany: HowMany, options: Options = {}): Ajv {
  const { Ajv: Compiler } = require('ajv') as { Ajv: typeof Ajv };
  return new Compiler({
    validateSchema: false,
    discriminator: true,
    verbose: true,
    allowUnionTypes: true,
    allErrors: howMany === 'all',
    keywords: [...ownKeywords],
    ...options,
  });
}

/**
 * The check of a schema of the package; it and the schemas that it names are read when it is first asked for.
 * @public for compile-checks.mjs
 */
export function compiledNow(id: string, ajv: Ajv): ValidateFunction {
  addSchema(id, ajv);
  const check = ajv.getSchema(id);
  if (check === undefined) throw new Error(`no schema ${id}`);
  return check;
}

function compiler(howMany: HowMany): Ajv {
  const known = compilers.get(howMany) ?? createCompiler(howMany);
  compilers.set(howMany, known);
  return known;
}

function compiledCheck(name: string): ValidateFunction | null {
  const known = compiledChecks.get(name);
  if (known !== undefined) return known;
  const path = join(compiled, `${name}.cjs`);
  const check = existsSync(path) ? (require(path) as ValidateFunction) : null;
  compiledChecks.set(name, check);
  return check;
}

function addSchema(id: string, ajv: Ajv): void {
  if (ajv.schemas[id] !== undefined) return;
  const schema = schemaFile(id.replace('.schema.json', ''));
  ajv.addSchema(schema);
  for (const named of namedSchemas(schema)) addSchema(named, ajv);
}

/** The other schemas that a schema names. */
function namedSchemas(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const reference = '$ref' in node && typeof node.$ref === 'string' ? node.$ref.split('#')[0] : undefined;
  return [
    ...(reference === undefined || reference === '' ? [] : [reference]),
    ...Object.values(node).flatMap(namedSchemas),
  ];
}
