// Compiles the plugin from nothing, so that no file of a removed source stays behind: its modules into build/,
// for the scripts of this repository, and the package into dist/.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleVega } from './bundle-vega.mjs';

const here = import.meta.dirname;
const modules = join(here, 'build');
const dist = join(here, 'dist');
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
for (const directory of [modules, dist]) rmSync(directory, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
await bundleVega(modules, join(dist, 'vega.LICENSES.txt'));

// Each task of Nx is a process of its own: to open a file for each of 350 modules takes half of its start.
const entryPoints = ['index', 'store-api', 'task/step-executor', 'commands/gguf', 'commands/gguf-store'];
for (const [kind, file] of [
  ['executors', 'executor'],
  ['generators', 'generator'],
])
  for (const name of readdirSync(join(here, 'src', kind)))
    if (existsSync(join(here, 'src', kind, name, `${file}.ts`))) entryPoints.push(`${kind}/${name}/${file}`);
await build({
  entryPoints: entryPoints.map((entry) => join(modules, `${entry}.js`)),
  outdir: dist,
  outbase: modules,
  // Modules that look for files of the package are as deep as in src/.
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  charset: 'utf8',
  absWorkingDir: here,
  logLevel: 'warning',
});
for (const kind of ['executors', 'generators'])
  for (const name of readdirSync(join(here, 'src', kind))) {
    mkdirSync(join(dist, kind, name), { recursive: true });
    copyFileSync(join(here, 'src', kind, name, 'schema.json'), join(dist, kind, name, 'schema.json'));
  }
for (const name of ['gguf', 'gguf-store']) chmodSync(join(dist, `commands/${name}.js`), 0o755);
