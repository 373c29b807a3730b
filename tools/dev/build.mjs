#!/usr/bin/env node
// Builds the packages of this workspace whose sources have changed since they were built. Plain Node, because
// `npm install` runs it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run } from './run.mjs';

/** What decides the output of each package, the ones that others build on first. */
const packages = {
  'nx-gguf': [
    'tsconfig.base.json',
    'package-lock.json',
    ...inside('plugins/nx-gguf', [
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
  'nx-gguf-cache-server': [
    'tsconfig.base.json',
    'package-lock.json',
    'plugins/nx-gguf/src',
    ...inside('tools/cache-server', ['src', 'build.mjs', 'package.json', 'tsconfig.build.json']),
  ],
};
/** The directories of each package that a build removes first; the first one says what it was built from. */
const outputs = {
  'nx-gguf': inside('plugins/nx-gguf', ['build', 'dist']),
  'nx-gguf-cache-server': ['tools/cache-server/dist'],
};

/** Builds what is not there, or was built from other sources. */
export function buildChanged() {
  for (const name of Object.keys(packages)) {
    const directories = outputs[name].map((path) => join(root, path));
    const stamp = join(directories[0], '.sources');
    const wanted = digestOf(packages[name]);
    const isThere = directories.every((path) => existsSync(path)) && existsSync(stamp);
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
