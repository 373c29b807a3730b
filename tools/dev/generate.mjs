#!/usr/bin/env node
// Writes the metrics into the JSON Schemas, and TypeScript types and schema constants from these; `--check` compares instead and
// fails on drift.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { fenced, withGeneratedParts } from './generated-parts.mjs';
import { metricDefinitions } from './metric-definitions.mjs';
import { optionsReference, optionsTable } from './options-reference.mjs';

const root = join(import.meta.dirname, '../..');
const schemas = join(root, 'plugins/nx-gguf/schemas');
const packages = [
  {
    schemas,
    target: join(root, 'plugins/nx-gguf/src/core/generated'),
    folders: ['', 'executors', 'generators'],
  },
  {
    schemas: join(root, 'tools/cache-server/schemas'),
    target: join(root, 'tools/cache-server/src/config/generated'),
    folders: [''],
  },
];
const check = process.argv.includes('--check');
const drifted = [];

const fillMetrics = await metricDefinitions(join(root, 'plugins/nx-gguf/src/kld/metrics/registry.ts'));
for (const file of ['comparison', 'gate', 'kld', 'model'].map((name) => join(schemas, `${name}.schema.json`)))
  emit(file, fillMetrics(readFileSync(file, 'utf8')));
for (const part of packages) {
  for (const folder of part.folders) {
    for (const file of files(join(part.schemas, folder))) {
      const schema = JSON.parse(readFileSync(join(part.schemas, folder, file), 'utf8'));
      // Nx ends a batch on an unknown option without naming it, so it is told to let these pass; our own check names them.
      if (folder === 'executors') schema.additionalProperties = false;
      emit(
        join(part.target, folder, file.replace('.schema.json', '.generated.ts')),
        await module(schema, part.schemas),
      );
    }
  }
}
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

function files(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.schema.json'))
    .sort();
}

async function module(schema, cwd) {
  const types = await compile(structuredClone(schema), schema.title, {
    bannerComment: '',
    cwd,
    style: { singleQuote: true, printWidth: 110 },
    format: true,
  });
  const constant = schema.$id
    .replace('.schema.json', '')
    .replace(/^(executors|generators)\//, '')
    .replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  return [
    '// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.',
    types.trimEnd(),
    '',
    '/** The schema itself. */',
    `export const ${constant}Schema = ${JSON.stringify(schema, null, 2)} as const;`,
    '',
  ].join('\n');
}

function emit(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  if (check) drifted.push(path.slice(root.length + 1));
  else writeFileSync(path, text);
}
