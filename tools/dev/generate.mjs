#!/usr/bin/env node
// Writes the metrics into the JSON Schemas, and from these the TypeScript types and the generated parts of
// the documentation; `--check` compares instead and fails on drift.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedDocs } from './generated-docs.mjs';
import { typeModules } from './generate-types.mjs';
import { metricDefinitions } from './metric-definitions.mjs';

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
for (const { path, text } of await generatedDocs(root)) emit(join(root, path), text);

if (drifted.length > 0) {
  console.error(`Out of date:\n${drifted.map((path) => `  ${path}`).join('\n')}\nRun: npm run generate`);
  process.exit(1);
}

function emit(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  if (check) drifted.push(path.slice(root.length + 1));
  else writeFileSync(path, text);
}
