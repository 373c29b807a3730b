import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { globSync } from 'tinyglobby';

const schemas = join(import.meta.dirname, '../schemas');
const generated = join(import.meta.dirname, 'core/generated');

interface Node {
  title?: string;
  description?: string;
  definitions?: Record<string, Node>;
}

describe('schemas', () => {
  it.each(globSync(['**/*.schema.json'], { cwd: schemas }).sort())(
    '%s describes itself and all that it defines',
    (file) => {
      const schema = JSON.parse(readFileSync(join(schemas, file), 'utf8')) as Node;
      const nodes = [[file, schema] as const, ...Object.entries(schema.definitions ?? {}), ...titled(schema)];
      expect(new Ajv({ discriminator: true, allowUnionTypes: true }).validateSchema(schema)).toBe(true);
      expect(nodes.filter(([, { description = '' }]) => description === '').map(([name]) => name)).toEqual(
        [],
      );
    },
  );

  it.each(globSync(['**/*.generated.ts'], { cwd: generated }).sort())(
    '%s: each type says what it is',
    (file) => {
      const lines = readFileSync(join(generated, file), 'utf8').split('\n');
      expect(
        lines.filter(
          (line, index) => /^export (type|interface)/.test(line) && lines[index - 1]?.trim() !== '*/',
        ),
      ).toEqual([]);
    },
  );
});

/** Everything in a schema that gets a type with a name. */
function titled(value: unknown): (readonly [string, Node])[] {
  if (typeof value !== 'object' || value === null) return [];
  const { title } = value as Node;
  return [
    ...(typeof title === 'string' ? [[title, value as Node] as const] : []),
    ...Object.values(value).flatMap(titled),
  ];
}
