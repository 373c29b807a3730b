import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Markdown reference of every executor's and generator's options and of every field of the files people write. */
export function optionsReference(schemas) {
  const parsed = (file) => JSON.parse(readFileSync(join(schemas, file), 'utf8'));
  const { definitions } = parsed('common.schema.json');
  const read = (file) => withCommon(parsed(file), definitions);
  const executors = readdirSync(join(schemas, 'executors')).sort();
  const parts = ['### Executors', ''];
  for (const file of executors)
    parts.push(...executorSection(file.replace('.schema.json', ''), read(`executors/${file}`)));
  parts.push('### Generators', '');
  for (const file of readdirSync(join(schemas, 'generators')).sort())
    parts.push(...executorSection(file.replace('.schema.json', ''), read(`generators/${file}`)));
  for (const file of ['model', 'source', 'corpus', 'lock', 'toolchain', 'plugin'])
    parts.push(...fileSection(file, read(`${file}.schema.json`)));
  return parts.join('\n').trimEnd();
}

/** A schema with the types of common.schema.json in the places that name them, which say themselves what they mean. */
function withCommon(node, definitions) {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((item) => withCommon(item, definitions));
  const { $ref, ...rest } = node;
  if (typeof $ref === 'string' && $ref.startsWith('common.schema.json#'))
    return { ...definitions[$ref.split('/').pop()], description: undefined, ...rest };
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withCommon(value, definitions)]),
  );
}

function executorSection(name, schema) {
  return [`#### \`nx-gguf:${name}\``, '', schema.description, '', ...table(schema), ''];
}

function fileSection(name, schema) {
  const parts = [`### \`${title(name)}\``, '', schema.description, ''];
  if (schema.properties) parts.push(...table(schema), '');
  for (const definition of Object.values(schema.definitions ?? {})) {
    if (definition.type === 'object' && definition.properties) {
      parts.push(
        `**${definition.title}**: ${definition.description ?? ''}`.trimEnd(),
        '',
        ...table(definition),
        '',
      );
    }
  }
  return parts;
}

function title(name) {
  return { source: 'A source', lock: 'model.lock.json', plugin: 'Plugin options' }[name] ?? `${name}.json`;
}

/** The rows of a schema's properties. */
export function optionsTable(schema) {
  return table(schema).join('\n');
}

function table(schema) {
  const rows = Object.entries(schema.properties ?? {}).filter(([name]) => name !== '$schema');
  if (rows.length === 0) return ['It takes no options.'];
  return [
    '| option | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      ([name, property]) =>
        `| \`${name}\`${schema.required?.includes(name) ? ' (required)' : ''} | ${type(property)} | ${'default' in property ? code(property.default) : ''} | ${meaning(property)} |`,
    ),
  ];
}

function type(property) {
  if ('const' in property) return code(property.const);
  if (property.enum) return property.enum.map(code).join(', ');
  if (property.oneOf) return property.oneOf.map(type).join(' or ');
  if (property.$ref) return property.$ref.includes('#') ? property.$ref.split('/').pop() : 'source';
  if (property.type === 'array') return `${type(property.items)}[]`;
  if (property.title) return property.title;
  return [property.type].flat().join(' or ');
}

function meaning(property) {
  const example = property.examples ? ` Example: ${code(property.examples[0])}` : '';
  return `${(property.description ?? '').replaceAll('|', '\\|')}${example}`.trim();
}

function code(value) {
  return `\`${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('|', '\\|')}\``;
}
