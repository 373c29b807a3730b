import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type Json } from './core/json/canonical-json.js';
import { declarableFields } from './testing/declared/fields.js';
import { modelRows } from './testing/declared/model-rows.js';
import { lockedRows, sourceRows } from './testing/declared/source-rows.js';
import { corpusRows, pluginRows, toolchainRows } from './testing/declared/other-rows.js';
import { optionRows } from './testing/declared/option-rows.js';
import { choiceRows, resultRows } from './testing/declared/result-rows.js';
import type { Rows } from './testing/declared/row.js';

const rows: Rows = {
  ...modelRows,
  ...resultRows,
  ...sourceRows,
  ...lockedRows,
  ...toolchainRows,
  ...corpusRows,
  ...pluginRows,
  ...optionRows,
  ...choiceRows,
};

/**
 * Options that only a run of Nx, a compiler or a browser could show: the code or the end-to-end test that takes
 * them.
 */
const elsewhere: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'executors/serve-report: open': ['src/report-server/serve-report.ts', 'options.open === true'],
  'executors/serve-report: port': ['e2e/recipe.e2e.ts', '--port='],
  'executors/toolchain-build: jobs': ['src/task/run-toolchain.ts', 'jobs: options.jobs'],
  'generators/update: all': ['e2e/upstream.e2e.ts', "'--all'"],
  'generators/update: check': ['e2e/upstream.e2e.ts', "'--check'"],
  'generators/update: project': ['e2e/upstream.e2e.ts', "'--project=qwen35-08b'"],
  'generators/update: summary': ['e2e/upstream.e2e.ts', '--summary='],
};

describe('a field that can be declared', () => {
  it('has a row here', () => {
    expect([...Object.keys(rows), ...Object.keys(elsewhere)].sort()).toEqual(declarableFields());
  });

  it.each(Object.entries(elsewhere))('%s is taken elsewhere', (_, [file, text]) => {
    expect(readFileSync(join(import.meta.dirname, '..', file), 'utf8')).toContain(text);
  });

  it.each(Object.entries(rows))('%s has an effect or a finding', async (_, { values, observe }) => {
    const [one, other] = [await observe(values[0]), await observe(values[1])];
    expect(inWords(one)).not.toEqual(inWords(other));
    // The same value twice comes to the same: what differs is no accident.
    expect(inWords(await observe(values[0]))).toEqual(inWords(one));
  });
});

function inWords(observed: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(observed ?? null)) as Json);
}
