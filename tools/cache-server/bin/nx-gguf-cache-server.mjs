#!/usr/bin/env node
import { launch } from 'nx-gguf/launch';

await launch(new URL('../', import.meta.url).href, 'dist/bin/nx-gguf-cache-server.js', process.argv.slice(2));
