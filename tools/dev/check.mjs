#!/usr/bin/env node
// `npm run check`: types, lint, schema drift, layer boundaries and unit tests; fast enough for every commit.
import { bin, run, setup } from './setup.mjs';

setup();
for (const folder of ['plugins/nx-gguf', 'tools/cache-server']) run(process.execPath, [bin('typescript/bin/tsc'), '-p', `${folder}/tsconfig.json`], `types of ${folder}`);
run(process.execPath, [bin('typescript/bin/tsc'), '-p', 'plugins/nx-gguf/page/tsconfig.json'], 'types of the report page');
run(process.execPath, [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'], 'lint');
run(process.execPath, ['tools/dev/generate.mjs', '--check'], 'schema drift');
run(process.execPath, ['tools/dev/jest.mjs', 'unit'], 'unit tests, layer boundaries among them');
