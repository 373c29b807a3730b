#!/usr/bin/env node
// Runs Jest with native ES modules: `jest.mjs unit`, `jest.mjs fuzz`, `jest.mjs e2e` or `jest.mjs all`, then any
// Jest arguments.
import { join } from 'node:path';
import { bin, root, run } from './run.mjs';
import { shareOfCores } from './share-of-cores.mjs';

/** End-to-end suites start programs that take several cores themselves: more of them at once gain nothing. */
const mostWorkers = 4;
const unit = ['plugins/nx-gguf/jest.config.mjs', 'tools/cache-server/jest.config.mjs'];
const fuzz = ['tools/fuzz/jest.config.mjs'];
const e2e = [
  'plugins/nx-gguf/e2e/jest.config.mjs',
  'plugins/nx-gguf/e2e/alone.jest.config.mjs',
  'tools/cache-server/e2e/jest.config.mjs',
];
const [suite = 'all', ...args] = process.argv.slice(2);
const cores = shareOfCores();
const workers = suite === 'unit' ? cores : Math.min(cores, mostWorkers);
const projects = { unit, fuzz, e2e, all: [...unit, ...fuzz, ...e2e] }[suite];
const tool = (name) => join(root, 'tools/dev', name);

run(process.execPath, [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  bin('jest/bin/jest.js'),
  `--maxWorkers=${workers}`,
  `--testSequencer=${tool('test-order.mjs')}`,
  ...args,
  '--projects',
  ...projects.map((path) => join(root, path)),
  '--reporters',
  'default',
  '--reporters',
  tool('totals-reporter.mjs'),
]);
