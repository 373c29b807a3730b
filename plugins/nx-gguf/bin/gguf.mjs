#!/usr/bin/env node
import { launch } from './launch.mjs';

await launch(new URL('../', import.meta.url).href, 'dist/commands/nx-gguf.js', process.argv.slice(2));
