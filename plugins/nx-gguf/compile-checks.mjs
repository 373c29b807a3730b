// The checks of the schemas as code, a file each: compiling the schema of a model takes a fifth of a second,
// and each task of Nx would.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import standalone from 'ajv/dist/standalone/index.js';

const extension = '.schema.json';

/** Writes the checks into a directory, compiled with the settings of the built modules. */
export async function compileChecks(here, modules, directory) {
  const built = (path) => import(pathToFileURL(join(modules, path)).href);
  const { compiledName, compiledNow, createCompiler } = await built('core/schema-checks.js');
  const { executorSchema } = await built('core/schema-files.js');
  const all = createCompiler('all', { code: { source: true } });
  const first = createCompiler('first', { code: { source: true } });
  const write = (name, compiler, check) => {
    const path = join(directory, `${name}.cjs`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, standalone.default(compiler, check));
  };
  for (const file of readdirSync(join(here, 'schemas')))
    write(compiledName(file.slice(0, -extension.length), 'all'), all, compiledNow(file, all));
  write(compiledName('manifest', 'first'), first, compiledNow(`manifest${extension}`, first));
  for (const name of readdirSync(join(here, 'src/executors')))
    write(executorSchema(name).$id, all, all.compile(executorSchema(name)));
}
