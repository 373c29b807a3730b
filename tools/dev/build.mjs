#!/usr/bin/env node
// Builds the packages of this workspace whose sources have changed since they were built. Plain Node, because
// `npm install` runs it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run } from './run.mjs';

/**
 * The packages, the ones that others build on first; for each what decides its output, and the directories that
 * a build removes first. The first of these has a file that says what the package was built from.
 */
const packages = [
  {
    name: 'nx-gguf',
    sources: [
      'tsconfig.base.json',
      'package-lock.json',
      ...inside('plugins/nx-gguf', [
        'bin/nx-gguf.mjs',
        'src',
        'schemas',
        'build.mjs',
        'bundle-vega.mjs',
        'compile-checks.mjs',
        'package.json',
        'executors.json',
        'generators.json',
        'tsconfig.build.json',
      ]),
    ],
    outputs: inside('plugins/nx-gguf', ['build', 'dist']),
  },
  {
    name: 'nx-gguf-cache-server',
    sources: [
      'tsconfig.base.json',
      'package-lock.json',
      'plugins/nx-gguf/src',
      ...inside('tools/cache-server', ['src', 'build.mjs', 'package.json', 'tsconfig.build.json']),
    ],
    outputs: ['tools/cache-server/dist'],
  },
];

/** Builds what is not there, or was built from other sources. */
export function buildChanged() {
  for (const { name, sources, outputs } of packages) {
    const stamp = join(root, outputs[0], '.sources');
    const wanted = digestOf(sources);
    const isThere = [...outputs.map((path) => join(root, path)), stamp].every((path) => existsSync(path));
    if (isThere && readFileSync(stamp, 'utf8') === wanted) continue;
    run('npm', ['run', 'build', '--silent', '--workspace', name], `building ${name}`);
    writeFileSync(stamp, wanted);
  }
}

function inside(directory, names) {
  return names.map((name) => `${directory}/${name}`);
}

function digestOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesAt)) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** A file, or the files of a directory that a build reads, in a fixed order. */
function filesAt(path) {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) buildChanged();
