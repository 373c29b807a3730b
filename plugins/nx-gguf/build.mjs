// Compiles the plugin from nothing, so that no file of a removed source stays behind: its modules into build/,
// for the scripts of this repository, and the package into dist/.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleVega } from './bundle-vega.mjs';
import { compileChecks } from './compile-checks.mjs';

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

// What package.json, executors.json, generators.json and the launchers name. Each task of Nx is a process of its own, and
// opening a file for each of 350 modules took 0.2 s of it.
const naming = ['package.json', 'executors.json', 'generators.json', 'bin/nx-gguf.mjs'];
const entryPoints = naming.flatMap((file) =>
  [...readFileSync(join(here, file), 'utf8').matchAll(/["'](?:\.\/)?dist\/([\w/-]+)\.js["'#]/g)].map(
    ([, module]) => join(modules, `${module}.js`),
  ),
);
await build({
  entryPoints: [...new Set(entryPoints)],
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
  for (const name of readdirSync(join(here, 'src', kind)))
    for (const directory of [modules, dist]) {
      mkdirSync(join(directory, kind, name), { recursive: true });
      copyFileSync(join(here, 'src', kind, name, 'schema.json'), join(directory, kind, name, 'schema.json'));
    }
await compileChecks(here, modules, join(dist, 'checks'));
