// Vega and what it brings take 22 MB of an install, in 50 packages; the part that pictures need is one file
// of 1 MB.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Replaces the compiled module that imports Vega by one that holds it, and writes the licences of what it holds. */
export async function bundleVega(modules, licencesFile) {
  const module = join(modules, 'report/pictures/vega.js');
  const { metafile } = await build({
    entryPoints: [module],
    outfile: module,
    allowOverwrite: true,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Vega looks for a canvas, and draws without one as well.
    external: ['canvas'],
    legalComments: 'none',
    metafile: true,
    absWorkingDir: modules,
    logLevel: 'warning',
  });
  writeFileSync(licencesFile, licences(modules, Object.keys(metafile.inputs)));
}

function licences(modules, inputs) {
  const folders = inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .map((folder) => licence(join(modules, folder)))
    .sort()
    .join('\n\n');
}

function licence(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file, which its bundle needs`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
}
