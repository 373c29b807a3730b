#!/usr/bin/env node
// `npm test`: sets up, checks prerequisites, builds the toolchain once, then all tests, unit to end-to-end.
import { ensureChromium, ensureGitLfs } from './debian-tools.mjs';
import { bin, run, setup } from './setup.mjs';
import { ensureTestServers } from './test-servers.mjs';

const nx = bin('nx/dist/bin/nx.js');
setup();
ensureGitLfs();
ensureChromium();
ensureTestServers();
run(process.execPath, [nx, 'run', 'llama-cpp:doctor'], 'checking prerequisites');
for (const folder of ['plugins/nx-gguf', 'tools/cache-server']) run(process.execPath, [bin('typescript/bin/tsc'), '-p', `${folder}/tsconfig.json`], `types of ${folder}`);
run(process.execPath, [bin('typescript/bin/tsc'), '-p', 'plugins/nx-gguf/page/tsconfig.json'], 'types of the report page');
run(process.execPath, [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'], 'lint');
run(process.execPath, ['tools/dev/generate.mjs', '--check'], 'schema drift');
run(process.execPath, [nx, 'run-many', '-t', 'build', 'python', '-p', 'llama-cpp', '--skip-nx-cache'], 'building llama.cpp and the converter environment (once for each identity)');
run(process.execPath, ['tools/dev/jest.mjs', 'all', ...process.argv.slice(2)], 'tests');
