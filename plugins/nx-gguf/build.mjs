// Compiles the plugin into dist/ from nothing, so that no file of a removed source stays behind.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundleVega } from './bundle-vega.mjs';

const here = import.meta.dirname;
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
rmSync(join(here, 'dist'), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
for (const kind of ['executors', 'generators'])
  for (const name of readdirSync(join(here, 'src', kind)))
    copyFileSync(join(here, 'src', kind, name, 'schema.json'), join(here, 'dist', kind, name, 'schema.json'));
await bundleVega(join(here, 'dist'));
for (const name of ['gguf', 'gguf-store']) chmodSync(join(here, `dist/commands/${name}.js`), 0o755);
