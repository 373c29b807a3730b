#!/usr/bin/env node
// Writes the TypeScript types and schema constants from the JSON Schemas, and the generated parts of the documentation;
// `--check` compares instead and fails on drift.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { generatedDocs } from './generated-docs.mjs';

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
for (const { path, text } of await generatedDocs(root)) emit(join(root, path), text);

if (drifted.length > 0) {
  console.error(`Out of date:\n${drifted.map((path) => `  ${path}`).join('\n')}\nRun: npm run generate`);
  process.exit(1);
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
