// Compiles the plugin into dist/ from nothing, so that no file of a removed source stays behind.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
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
await bundleVega(join(here, 'dist'));
for (const name of ['gguf', 'gguf-store']) chmodSync(join(here, `dist/commands/${name}.js`), 0o755);
