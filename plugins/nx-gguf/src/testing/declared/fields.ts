import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

interface Node {
  $ref?: string;
  const?: unknown;
  oneOf?: readonly Node[];
  items?: Node;
  properties?: Readonly<Record<string, Node>>;
  additionalProperties?: Node | boolean;
  definitions?: Readonly<Record<string, Node>>;
}

const rooms = join(import.meta.dirname, '../..');
const schemas = join(rooms, '../schemas');

/** The schemas of the files that people write, and of the lock that is written for them. */
const written = ['model', 'corpus', 'toolchain', 'lock', 'plugin', 'source'] as const;

/**
 * Every field that can be declared, as `file: path`: in a path `<type>` is one kind of an object, `*` any name,
 * `[]` an item of a list. Objects stand for their fields; what a schema fixes (`format`, `type`) and `$schema`,
 * which is for editors, are no choices.
 */
export function declarableFields(): string[] {
  const files = written.flatMap((name) => {
    const root = read(join(schemas, `${name}.schema.json`));
    return fieldsOf(root, root, '').map((path) => `${name}: ${path}`);
  });
  const options = globSync(['{executors,generators}/*/schema.json'], { cwd: rooms }).flatMap((file) =>
    Object.keys(read(join(rooms, file)).properties ?? {}).map(
      (option) => `${file.replace('/schema.json', '')}: ${option}`,
    ),
  );
  return [...new Set([...files, ...options])].sort();
}

function read(path: string): Node {
  return JSON.parse(readFileSync(path, 'utf8')) as Node;
}

/** The leaves below a node; a source, which many fields are, is a leaf: its own fields stand for themselves. */
function fieldsOf(node: Node, root: Node, path: string): string[] {
  const target = node.$ref === undefined ? node : referred(node.$ref, root);
  if (target === null) return [];
  const kinds = (target.oneOf ?? []).flatMap((kind) => {
    const found = kind.$ref === undefined ? kind : referred(kind.$ref, root);
    const name = found?.properties?.['type']?.const;
    return found === null ? [] : fieldsOf(found, root, typeof name === 'string' ? `${path}<${name}>` : path);
  });
  const own = Object.entries(target.properties ?? {}).flatMap(([name, field]) => {
    if (name === '$schema' || field.const !== undefined) return [];
    const place =
      path === '' || path.endsWith('>') ? `${path}.${name}`.replace(/^\./, '') : `${path}.${name}`;
    const below = fieldsOf(field, root, place);
    return below.length > 0 ? below : [place];
  });
  const { additionalProperties: any } = target;
  const named = typeof any === 'object' ? fieldsOf(any, root, `${path}.*`) : [];
  const items = target.items === undefined ? [] : fieldsOf(target.items, root, `${path}[]`);
  return [...kinds, ...own, ...named, ...items];
}

function referred(reference: string, root: Node): Node | null {
  const [file = '', pointer = ''] = reference.split('#');
  if (file !== '') return null;
  return pointer
    .split('/')
    .slice(1)
    .reduce<Node>((found, name) => (found as Record<string, Node>)[name] ?? {}, root);
}
