#!/usr/bin/env node
// A second `nx run tiny-qwen35:card`, 20 tasks, beside the least that Nx can do: one cached task in the same
// workspace, and one in an empty workspace without any plugin. In a workspace as users have it, with nx-gguf
// in node_modules, and in this one, where Nx takes the plugin for a project of the workspace and reads all
// projects once more to find it. Alternating runs, medians and their ratios. Usage: no-op.mjs [runs]
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const runs = Number(process.argv[2] ?? 9);
const bare = bareWorkspace();
const installed = installedWorkspace();
const contestants = [
  { name: 'nx no-op in an empty workspace', cwd: bare, target: 'thing:noop', ms: [] },
  {
    name: 'nx no-op in a workspace with nx-gguf installed',
    cwd: installed,
    target: 'llama-cpp:source',
    ms: [],
  },
  {
    name: 'nx run tiny-qwen35:card there, everything cached',
    cwd: installed,
    target: 'tiny-qwen35:card',
    ms: [],
  },
  { name: 'nx no-op in this workspace', cwd: root, target: 'llama-cpp:source', ms: [] },
  { name: 'nx run tiny-qwen35:card here, everything cached', cwd: root, target: 'tiny-qwen35:card', ms: [] },
];

try {
  for (const daemon of ['false', 'true']) {
    for (const contestant of contestants) contestant.ms = [];
    for (const { cwd, target } of contestants) nx(cwd, target, daemon);
    for (let run = 0; run < runs; run++) {
      for (const contestant of contestants) contestant.ms.push(nx(contestant.cwd, contestant.target, daemon));
    }
    const [empty, noop, card, noopHere, cardHere] = contestants.map(({ ms }) => median(ms));
    for (const { name, ms } of contestants)
      console.log(
        `daemon ${daemon === 'true' ? 'on ' : 'off'}  ${name}: ${median(ms).toFixed(0)} ms (${Math.min(...ms).toFixed(0)} to ${Math.max(...ms).toFixed(0)})`,
      );
    const ratios = (cards, noops) =>
      `card / no-op in the same workspace: ${(cards / noops).toFixed(2)}, card / no-op in an empty one: ${(cards / empty).toFixed(2)}`;
    console.log(`daemon ${daemon === 'true' ? 'on ' : 'off'}  installed: ${ratios(card, noop)}`);
    console.log(`daemon ${daemon === 'true' ? 'on ' : 'off'}  here: ${ratios(cardHere, noopHere)}`);
  }
} finally {
  for (const { cwd } of contestants)
    spawnSync(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), 'daemon', '--stop'], { cwd });
  for (const directory of [bare, installed]) rmSync(directory, { recursive: true, force: true });
}

function nx(cwd, target, daemon) {
  const start = performance.now();
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(cwd, 'node_modules/nx/dist/bin/nx.js'), 'run', target],
    { cwd, encoding: 'utf8', env: { ...process.env, NX_DAEMON: daemon, NX_TUI: 'false' } },
  );
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
  writeFileSync(
    join(directory, 'thing/project.json'),
    '{"name":"thing","targets":{"noop":{"executor":"nx:run-commands","cache":true,"options":{"command":"true"}}}}',
  );
  return directory;
}

/** The embedded model in a workspace whose node_modules holds the plugin as npm installs it. */
function installedWorkspace() {
  const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-bench-'));
  const modules = join(directory, 'node_modules');
  mkdirSync(join(modules, 'nx-gguf'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== 'nx-gguf' && !name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
  for (const name of [
    'dist',
    'page',
    'schemas',
    'executors.json',
    'generators.json',
    'package.json',
    'node_modules',
  ]) {
    const path = join(root, 'plugins/nx-gguf', name);
    if (existsSync(path))
      cpSync(path, join(modules, 'nx-gguf', name), { recursive: true, verbatimSymlinks: true });
  }
  for (const path of [
    'nx.json',
    '.gitignore',
    'models/tiny-qwen35',
    'tools/corpora/llama-docs',
    'tools/llama-cpp',
  ])
    cpSync(join(root, path), join(directory, path), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"name":"installed","private":true}');
  return directory;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
