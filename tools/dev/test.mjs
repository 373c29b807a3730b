#!/usr/bin/env node
// `npm test`: sets up, checks prerequisites, builds the toolchain once, then all tests, unit to end-to-end.
import { ensureChromium, ensureGitLfs } from './debian-tools.mjs';
import { bin, run } from './run.mjs';
import { setup } from './setup.mjs';
import { staticChecks } from './static-checks.mjs';
import { ensureTestServers } from './test-servers.mjs';

const nx = bin('nx/dist/bin/nx.js');
setup();
ensureGitLfs();
ensureChromium();
ensureTestServers();
run(process.execPath, [nx, 'run', 'llama-cpp:doctor'], 'checking prerequisites');
await staticChecks();
run(
  process.execPath,
  [nx, 'run-many', '-t', 'build', 'python', '-p', 'llama-cpp', '--skip-nx-cache'],
  'building llama.cpp and the converter environment (once for each identity)',
);
run(process.execPath, ['tools/dev/jest.mjs', 'all', ...process.argv.slice(2)], 'tests');
