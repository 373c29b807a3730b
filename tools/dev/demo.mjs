#!/usr/bin/env node
// `npm run demo`: from a fresh clone to real GGUFs, real KL divergences, a card with its pictures and a
// report, on the embedded model.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root, run } from './run.mjs';
import { setup } from './setup.mjs';

const project = 'tiny-qwen35';
const dist = `dist/${project}`;
// In this order: the card shows the speeds that it finds.
const targets = [
  ['bench', 'measuring the speed of the embedded model'],
  ['card', 'building the embedded model and its card'],
  ['report', 'drawing the report page'],
];

setup();
const nx = (target, label, args = []) =>
  run(process.execPath, [bin('nx/dist/bin/nx.js'), 'run', target, ...args], label);
if (!existsSync(join(root, 'dist/llama-cpp/build/artifact.json')))
  nx('llama-cpp:doctor', 'checking prerequisites');
for (const [target, label] of targets) nx(`${project}:${target}`, label, process.argv.slice(2));
console.log(summary());

/** Where everything lies, and what was measured. */
function summary() {
  const json = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const pictures = readdirSync(join(root, dist, 'pictures')).filter((name) => name.endsWith('.svg'));
  const rows = Object.keys(json(`models/${project}/model.json`).quantize).map((name) => {
    const { files, facts } = json(`${dist}/quantize/${name}/artifact.json`);
    const { mean } = json(`${dist}/kld/${name}/artifact.json`).facts.statistics.kldNats;
    const mebibytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 2 ** 20;
    return `  ${files[0].name.padEnd(30)} ${mebibytes.toFixed(1)} MiB, ${facts.bitsPerWeight.toFixed(2)} bits per weight, mean KL divergence ${mean.value.toFixed(6)} ± ${mean.error.toFixed(6)}`;
  });
  return [
    '',
    `${dist}:`,
    ...rows,
    `  README.md                      the card: why each tensor has its type, and the commands to make it all by hand`,
    `  report.html                    the same evidence as a page to explore, in one file`,
    `  pictures/                      ${pictures.length} pictures that it shows: ${pictures.map((name) => name.replace('.svg', '')).join(', ')}`,
  ].join('\n');
}
