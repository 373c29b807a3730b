#!/usr/bin/env node
// Runs Jest with native ES modules: `jest.mjs unit`, `jest.mjs e2e` or `jest.mjs all`, then any Jest arguments.
import { bin, root, run } from './setup.mjs';
import { join } from 'node:path';

const [suite = 'all', ...args] = process.argv.slice(2);
const packages = ['plugins/nx-gguf', 'tools/cache-server'];
const projects = {
  unit: ['jest.config.mjs'],
  e2e: ['e2e/jest.config.mjs'],
  all: ['jest.config.mjs', 'e2e/jest.config.mjs'],
}[suite].flatMap((file) => packages.map((folder) => join(root, folder, file)));
run(process.execPath, [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  bin('jest/bin/jest.js'),
  ...args,
  '--projects',
  ...projects,
  '--reporters',
  'default',
  '--reporters',
  join(root, 'tools/dev/totals-reporter.mjs'),
]);
