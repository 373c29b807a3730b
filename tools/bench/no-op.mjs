#!/usr/bin/env node
// A second `nx run tiny-qwen35:card`, 17 tasks, beside the least that Nx can do: one cached task in the same workspace,
// and one in an empty workspace without any plugin. Alternating runs, medians and their ratios. Usage: no-op.mjs [runs]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const runs = Number(process.argv[2] ?? 9);
const bare = bareWorkspace();
const contestants = [
  { name: 'nx no-op in an empty workspace', cwd: bare, target: 'thing:noop', ms: [] },
  { name: 'nx no-op in this workspace', cwd: root, target: 'llama-cpp:source', ms: [] },
  { name: 'nx run tiny-qwen35:card, everything cached', cwd: root, target: 'tiny-qwen35:card', ms: [] },
];

try {
  for (const daemon of ['false', 'true']) {
    for (const contestant of contestants) contestant.ms = [];
    for (const { cwd, target } of contestants) nx(cwd, target, daemon);
    for (let run = 0; run < runs; run++) {
      for (const contestant of contestants) contestant.ms.push(nx(contestant.cwd, contestant.target, daemon));
    }
    const [empty, noop, card] = contestants.map(({ ms }) => median(ms));
    for (const { name, ms } of contestants) console.log(`daemon ${daemon === 'true' ? 'on ' : 'off'}  ${name}: ${median(ms).toFixed(0)} ms (${Math.min(...ms).toFixed(0)} to ${Math.max(...ms).toFixed(0)})`);
    console.log(`daemon ${daemon === 'true' ? 'on ' : 'off'}  card / no-op in this workspace: ${(card / noop).toFixed(2)}, card / no-op in an empty one: ${(card / empty).toFixed(2)}`);
  }
} finally {
  for (const { cwd } of contestants) spawnSync(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), 'daemon', '--stop'], { cwd });
  rmSync(bare, { recursive: true, force: true });
}

function nx(cwd, target, daemon) {
  const start = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [join(cwd, 'node_modules/nx/dist/bin/nx.js'), 'run', target], { cwd, encoding: 'utf8', env: { ...process.env, NX_DAEMON: daemon, NX_TUI: 'false' } });
  if (status !== 0) throw new Error(`${target} failed:\n${stdout}`);
  return performance.now() - start;
}

function bareWorkspace() {
  const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-bench-'));
  mkdirSync(join(directory, 'thing'));
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'package.json'), '{"name":"bare","private":true}');
  writeFileSync(join(directory, '.gitignore'), 'node_modules\n.nx\n');
  writeFileSync(join(directory, 'nx.json'), '{"analytics":false,"neverConnectToCloud":true}');
  writeFileSync(join(directory, 'thing/project.json'), '{"name":"thing","targets":{"noop":{"executor":"nx:run-commands","cache":true,"options":{"command":"true"}}}}');
  return directory;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
