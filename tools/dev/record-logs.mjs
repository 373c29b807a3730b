#!/usr/bin/env node
// `node tools/dev/record-logs.mjs <directory of llama.cpp's programs>`: records the logs that the specs of
// kld/, quant/ and speed/ read. All runs are on random models that this makes; only what `words-lost` loses
// differs from one recording to the next.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { root, run } from './run.mjs';
import { setup } from './setup.mjs';
import { logOf } from './record-logs/run.mjs';

const [tools] = process.argv.slice(2);
if (tools === undefined) {
  console.error(
    'Usage: node tools/dev/record-logs.mjs <directory with llama-quantize, llama-perplexity, llama-imatrix and llama-bench>',
  );
  process.exit(1);
}

setup();
const { prepare, recordings } = await import('./record-logs/recordings.mjs');

const directory = mkdtempSync(join(tmpdir(), 'record-logs-'));
try {
  await prepare(directory);
  for (const recording of recordings) record(recording);
} finally {
  rmSync(directory, { recursive: true });
}

function record(recording) {
  const log = logOf(recording, { tools: resolve(tools), directory });
  recording.after?.(directory);
  if (recording.spec === undefined) return;
  if (log === null) return console.log(`${recording.name}: nothing was lost, so the old recording stays`);
  if (log.includes(directory) || log.includes(resolve(tools)))
    throw new Error(`${recording.name}: the log names a place on this machine`);
  const folder = join(root, 'plugins/nx-gguf/src', recording.spec, 'recorded');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${recording.name}.log`), log);
  console.log(`${recording.spec}/${recording.name}: ${log.length} characters`);
}
