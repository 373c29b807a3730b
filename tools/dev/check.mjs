#!/usr/bin/env node
// `npm run check`: formatting, types, lint, schema drift, layer boundaries and unit tests; fast enough for
// every commit.
import { run } from './run.mjs';
import { setup } from './setup.mjs';
import { staticChecks } from './static-checks.mjs';

setup();
await staticChecks();
run(process.execPath, ['tools/dev/jest.mjs', 'unit'], 'unit tests, layer boundaries among them');
