import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `executors.json` and `generators.json`, where Nx looks for what the folders of the same name hold, by their paths. An
 * executor without code of its own is one of a step.
 */
export function nxEntries(plugin) {
  const executors = entries(plugin, 'executors', (name, source) => ({
    implementation: source === null ? './dist/task/step-executor.js' : `./dist/executors/${name}/executor.js`,
    ...(/^export const batch = /m.test(source ?? '')
      ? { batchImplementation: `./dist/executors/${name}/executor.js#batch`, preferBatch: true }
      : {}),
  }));
  const generators = entries(plugin, 'generators', (name) => ({
    factory: `./dist/generators/${name}/generator.js`,
  }));
  return [
    { path: join(plugin, 'executors.json'), text: pretty({ executors }) },
    { path: join(plugin, 'generators.json'), text: pretty({ generators }) },
  ];
}

function entries(plugin, kind, implementation) {
  const folder = join(plugin, 'src', kind);
  const made = readdirSync(folder)
    .sort()
    .map((name) => {
      const { description, $comment = '' } = JSON.parse(
        readFileSync(join(folder, name, 'schema.json'), 'utf8'),
      );
      const file = join(folder, name, `${kind.slice(0, -1)}.ts`);
      const source = existsSync(file) ? readFileSync(file, 'utf8') : null;
      return [
        name,
        {
          ...implementation(name, source),
          schema: `./dist/${kind}/${name}/schema.json`,
          description,
          ...($comment.startsWith('Hidden') ? { hidden: true } : {}),
        },
      ];
    });
  return Object.fromEntries(made);
}

function pretty(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
