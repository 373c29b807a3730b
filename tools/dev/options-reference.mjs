import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const titles = { source: 'A source', lock: 'model.lock.json', plugin: 'Plugin options' };

/**
 * Markdown reference of every executor's and generator's options and of every field of the files people
 * write.
 */
export function optionsReference(schemas) {
  const parsed = (file) => JSON.parse(readFileSync(join(schemas, file), 'utf8'));
  const { definitions } = parsed('common.schema.json');
  const read = (file) => withCommon(parsed(file), definitions);
  const files = ['model', 'source', 'corpus', 'lock', 'toolchain', 'plugin'].map((name) => ({
    name,
    schema: read(`${name}.schema.json`),
  }));
  const headings = definitionHeadings(files);
  return [
    ...optionSections('Executors', 'executors', { schemas, read }),
    ...optionSections('Generators', 'generators', { schemas, read }),
    ...files.flatMap((file) => fileSection(file, headings)),
  ]
    .join('\n')
    .trimEnd();
}

/** The rows of a schema's properties, whose types are named without links. */
export function optionsTable(schema) {
  return table(schema, { schema, linkOf: (_, name) => name }).join('\n');
}

function optionSections(heading, folder, { schemas, read }) {
  const sections = readdirSync(join(schemas, folder))
    .sort()
    .flatMap((file) => {
      const schema = read(`${folder}/${file}`);
      const name = file.replace('.schema.json', '');
      return [`### \`nx-gguf:${name}\``, '', schema.description, '', optionsTable(schema), ''];
    });
  return [`## ${heading}`, '', ...sections];
}

function fileSection({ name, schema }, headings) {
  const linkOf = (file, definition) => {
    const heading = headings.get(`${file ?? name}#${definition}`);
    return heading === undefined ? definition : `[${heading}](#${slug(heading)})`;
  };
  const parts = [`## ${titles[name] ?? `${name}.json`}`, '', schema.description, ''];
  if (schema.properties) parts.push(...table(schema, { schema, linkOf }), '');
  for (const [key, definition] of Object.entries(schema.definitions ?? {})) {
    const heading = headings.get(`${name}#${key}`);
    if (heading === undefined) continue;
    const body = definition.properties
      ? table(definition, { schema, linkOf })
      : [`Type: ${type({ ...definition, title: undefined }, { schema, linkOf })}`];
    parts.push(`### ${heading}`, '', definition.description ?? '', '', ...body, '');
  }
  return parts;
}

/**
 * The heading of each definition with a title, by `file#definition`; a title that another file has already
 * names its own file too.
 */
function definitionHeadings(files) {
  const headings = new Map();
  const taken = new Set();
  for (const { name, schema } of files) {
    headings.set(`${name}#`, titles[name] ?? `${name}.json`);
    for (const [key, { title }] of Object.entries(schema.definitions ?? {})) {
      if (title === undefined) continue;
      const heading = taken.has(title) ? `${title} of ${name}.json` : title;
      taken.add(heading);
      headings.set(`${name}#${key}`, heading);
    }
  }
  return headings;
}

function table(described, context) {
  const rows = Object.entries(described.properties ?? {}).filter(([name]) => name !== '$schema');
  if (rows.length === 0) return ['It takes no options.'];
  return [
    '| option | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows.map(([name, property]) => {
      const required = described.required?.includes(name) ? ' (required)' : '';
      const standard = 'default' in property ? code(property.default) : '';
      return `| \`${name}\`${required} | ${type(property, context)} | ${standard} | ${meaning(property, context)} |`;
    }),
  ];
}

function type(property, context) {
  if ('const' in property) return code(property.const);
  if (property.enum) return property.enum.map(code).join(', ');
  if (property.oneOf) return property.oneOf.map((option) => type(option, context)).join(' or ');
  if (property.$ref) return referenced(property.$ref, context);
  if (property.type === 'array') return `list of ${type(property.items, context)}`;
  if (property.title) return property.title;
  return [property.type].flat().join(' or ');
}

/** What a `$ref` names: a link to its own section, or the type itself where it has none. */
function referenced(ref, { schema, linkOf }) {
  const [file, path] = ref.split('#');
  const name = file.replace('.schema.json', '') || undefined;
  const definition = path?.split('/').pop() ?? '';
  const link = linkOf(name, definition);
  if (link !== definition || name !== undefined) return link || 'source';
  return type(schema.definitions[definition], { schema, linkOf });
}

function meaning(property, { schema }) {
  const definition = property.$ref?.startsWith('#')
    ? schema.definitions[property.$ref.split('/').pop()]
    : undefined;
  // A type with a section of its own says there what it is; only settings are worth a sentence in both
  // places.
  const isInline = definition?.title === undefined || definition.properties !== undefined;
  const description = property.description ?? (isInline ? definition?.description : undefined) ?? '';
  const example = property.examples ? ` Example: ${code(property.examples[0])}` : '';
  return `${description.replaceAll('|', '\\|')}${example}`.trim();
}

function code(value) {
  return `\`${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('|', '\\|')}\``;
}

/** The anchor that a heading of plain words has on GitHub. */
function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

/**
 * A schema with the types of common.schema.json in the places that name them, which say themselves what they
 * mean.
 */
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
