#!/usr/bin/env node
// Writes the metrics into the JSON Schemas, and the TypeScript types and the documentation of these; `--check` compares instead and
// fails on drift.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fenced, withGeneratedParts } from './generated-parts.mjs';
import { typeModules } from './generate-types.mjs';
import { metricDefinitions } from './metric-definitions.mjs';
import { optionsReference, optionsTable } from './options-reference.mjs';

const root = join(import.meta.dirname, '../..');
const schemas = join(root, 'plugins/nx-gguf/schemas');
const typed = [
  { schemas, target: join(root, 'plugins/nx-gguf/src/core/generated') },
  {
    schemas: join(root, 'tools/cache-server/schemas'),
    target: join(root, 'tools/cache-server/src/config/generated'),
  },
];
const check = process.argv.includes('--check');
const drifted = [];

const fillMetrics = await metricDefinitions(join(root, 'plugins/nx-gguf/src/kld/metrics/registry.ts'));
for (const file of ['comparison', 'gate', 'kld', 'model'].map((name) => join(schemas, `${name}.schema.json`)))
  emit(file, fillMetrics(readFileSync(file, 'utf8')));
for (const part of typed)
  for (const { path, text } of await typeModules(part.schemas)) emit(join(part.target, path), text);
for (const file of ['README.md', 'tools/cache-server/README.md'])
  emit(join(root, file), withGeneratedParts(readFileSync(join(root, file), 'utf8'), readmePart));

if (drifted.length > 0) {
  console.error(`Out of date:\n${drifted.map((path) => `  ${path}`).join('\n')}\nRun: npm run generate`);
  process.exit(1);
}

/** A reference of options, or a file of the repository as it is. */
function readmePart(name) {
  if (name === 'options') return optionsReference(schemas);
  if (name === 'server options')
    return optionsTable(
      JSON.parse(readFileSync(join(root, 'tools/cache-server/schemas/config.schema.json'), 'utf8')),
    );
  return fenced(name.endsWith('.json') ? 'json' : '', readFileSync(join(root, name), 'utf8'));
}

function emit(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  if (check) drifted.push(path.slice(root.length + 1));
  else writeFileSync(path, text);
}
