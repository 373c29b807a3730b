#!/usr/bin/env node
// Runs Jest with native ES modules: `jest.mjs unit`, `jest.mjs e2e` or `jest.mjs all`, then any Jest arguments.
import { bin, root, run } from './setup.mjs';
import { join } from 'node:path';

const [suite = 'all', ...args] = process.argv.slice(2);
const projects = { unit: ['jest.config.mjs'], e2e: ['e2e/jest.config.mjs'], all: ['jest.config.mjs', 'e2e/jest.config.mjs'] }[suite];
run(process.execPath, [
  '--disable-warning=ExperimentalWarning', '--experimental-vm-modules', bin('jest/bin/jest.js'),
  ...args,
  '--projects', ...projects.map((file) => join(root, 'plugins/nx-gguf', file)),
  '--reporters', 'default', '--reporters', join(root, 'tools/dev/totals-reporter.mjs'),
]);
