#!/usr/bin/env node
// The variants and references of the models that the commits since a base touch, as the matrix of a CI job
// that spreads them over runners; those of them that did not change are hits there:
// {"include":[{"project":"tiny-qwen35","variant":"Q4_K_M"},…]}. Nothing is built for that. Usage:
// affected-variants.mjs [nx affected's own arguments, e.g. --base=origin/main --head=HEAD]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const nx = join(import.meta.dirname, '../../node_modules/nx/dist/bin/nx.js');
const include = [];
for (const project of json(
  'show',
  'projects',
  '--affected',
  '--with-target',
  'card',
  ...process.argv.slice(2),
)) {
  for (const target of Object.keys(json('show', 'project', project).targets)) {
    if (target.startsWith('kld:')) include.push({ project, variant: target.slice('kld:'.length) });
  }
}
console.log(JSON.stringify({ include }));

function json(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [nx, ...args, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  if (status !== 0) throw new Error(stderr || stdout);
  return JSON.parse(stdout);
}
