#!/usr/bin/env node
// `npm run demo`: from a fresh clone to real GGUFs, real KL divergences and a card, on the embedded model.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root, run, setup } from './setup.mjs';

setup();
if (!existsSync(join(root, 'dist/llama-cpp/build/artifact.json'))) run(process.execPath, [bin('nx/dist/bin/nx.js'), 'run', 'llama-cpp:doctor'], 'checking prerequisites');
run(process.execPath, [bin('nx/dist/bin/nx.js'), 'run', 'tiny-qwen35:card', ...process.argv.slice(2)], 'building the embedded model');
