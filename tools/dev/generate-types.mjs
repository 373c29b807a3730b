import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { compile } from 'json-schema-to-typescript';

const style = { singleQuote: true, printWidth: 110 };

/**
 * The TypeScript modules of JSON Schemas in folders, by their paths. Each definition becomes one type, in the module of
 * the schema that holds it; a type of another schema is imported from that schema's module.
 */
export async function typeModules(folders) {
  const schemas = new Map(folders.flatMap(schemasIn));
  const modules = [];
  for (const [file, schema] of schemas) {
    const imports = new Map();
    const named = withNames(schema, (reference) => {
      const target = targetOf(file, reference, schemas);
      if (target.file !== file) imports.set(target.file, [...(imports.get(target.file) ?? []), target.name]);
      return target.name;
    });
    modules.push({ path: modulePath(file), text: moduleText(file, await declarations(named), imports) });
  }
  return modules;
}

/** The schemas in a folder by their paths: `model.schema.json`, `executors/plan/schema.json`. */
function schemasIn(folder) {
  return readdirSync(folder, { recursive: true })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /[./]schema\.json$/.test(file) && !isWithoutCode(folder, file))
    .sort()
    .map((file) => [file, readSchema(join(folder, file), file)]);
}

/** True for the options of an executor that has no code of its own to read them. */
function isWithoutCode(folder, file) {
  return /^executors\//.test(file) && !existsSync(join(folder, posix.dirname(file), 'executor.ts'));
}

function readSchema(path, file) {
  const schema = JSON.parse(readFileSync(path, 'utf8'));
  // Nx ends a batch on an unknown option without naming it, so it is told to let these pass; our own check names them.
  return /^(executors|generators)\//.test(file) ? { ...schema, additionalProperties: false } : schema;
}

/** A copy of a schema in which each reference is the name of a type. */
function withNames(node, nameOf) {
  if (Array.isArray(node)) return node.map((item) => withNames(item, nameOf));
  if (typeof node !== 'object' || node === null) return node;
  if (typeof node.$ref === 'string') return { description: node.description, tsType: nameOf(node.$ref) };
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withNames(value, nameOf)]));
}

/** The file and the type that a reference of a schema means. */
function targetOf(from, reference, schemas) {
  const [path, pointer = ''] = reference.split('#');
  const file = path === '' ? from : posix.join(posix.dirname(from), path);
  const schema = schemas.get(file);
  const key = pointer.replace('/definitions/', '');
  const node = key === '' ? schema : schema?.definitions?.[key];
  if (node === undefined) throw new Error(`${from}: nothing is at ${reference}`);
  return { file, name: typeName(node, key) };
}

function typeName({ title }, key) {
  return title ?? key[0].toUpperCase() + key.slice(1);
}

/** The types of a schema: its own, then those of its definitions in their order. A schema of definitions alone has no own. */
async function declarations({ definitions = {}, ...root }) {
  const nodes = Object.entries(definitions);
  if ('type' in root || 'oneOf' in root) nodes.unshift(['', root]);
  const types = [];
  for (const [key, node] of nodes)
    types.push((await compile(node, typeName(node, key), { bannerComment: '', style })).trim());
  return types;
}

function moduleText(file, types, imports) {
  const lines = [...imports].sort().map(([other, names]) => {
    const path = posix.relative(posix.dirname(file), modulePath(other).replace(/\.ts$/, '.js'));
    const specifier = path.startsWith('.') ? path : `./${path}`;
    return `import type { ${[...new Set(names)].sort().join(', ')} } from '${specifier}';\n`;
  });
  return [
    '// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.\n',
    ...(lines.length === 0 ? [] : [...lines, '\n']),
    `${types.join('\n\n')}\n`,
  ].join('');
}

function modulePath(file) {
  return file.replace(/[./]schema\.json$/, '.generated.ts');
}
