#!/usr/bin/env node
// What making targets costs a command: `nx show projects`, daemon off, in a workspace of many models, with
// nx-gguf and with a plugin that looks at the same files and makes empty projects of them. Alternating runs,
// medians. Usage: infer.mjs [runs] [models...]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const [runs = 5, ...counts] = process.argv.slice(2).map(Number);
const goalsMs = { 100: 500, 1000: 3000 };

for (const count of counts.length > 0 ? counts : [100, 1000]) {
  const [ours, empty] = [workspace(count, 'nx-gguf'), workspace(count, 'nx-empty')];
  try {
    const targets = Object.keys(
      JSON.parse(nx(ours, ['show', 'project', 'model-0', '--json']).stdout).targets,
    ).length;
    const [withOurs, withEmpty] = [[], []];
    for (let run = 0; run < runs; run++) {
      withEmpty.push(nx(empty).ms);
      withOurs.push(nx(ours).ms);
    }
    const more = median(withOurs) - median(withEmpty);
    const goal = goalsMs[count] === undefined ? '' : ` (goal: ${goalsMs[count]} ms)`;
    console.log(
      `${count} models, ${targets} targets each: nx-gguf ${median(withOurs).toFixed(0)} ms, an empty plugin ${median(withEmpty).toFixed(0)} ms: ${more.toFixed(0)} ms more${goal}`,
    );
  } finally {
    for (const directory of [ours, empty]) rmSync(directory, { recursive: true, force: true });
  }
}

function nx(cwd, args = ['show', 'projects']) {
  // The graph that the last command left is not to be taken over.
  rmSync(join(cwd, '.nx'), { recursive: true, force: true });
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(cwd, 'node_modules/nx/dist/bin/nx.js'), ...args],
    {
      cwd,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
    },
  );
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`nx ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return { ms, stdout };
}

function workspace(count, plugin) {
  const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-infer-'));
  mkdirSync(join(directory, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name));
  const put = (path, content) => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  put('nx.json', { analytics: false, neverConnectToCloud: true, plugins: [plugin] });
  put('package.json', { name: 'many', private: true });
  put('.gitignore', 'node_modules\n.nx\n');
  put('node_modules/nx-empty/package.json', { name: 'nx-empty', version: '1.0.0', main: 'index.cjs' });
  put(
    'node_modules/nx-empty/index.cjs',
    `
    const { dirname, basename } = require('node:path').posix;
    exports.name = 'nx-empty';
    exports.createNodes = ['**/{model,corpus,toolchain}.json', (files) => files.map((file) => [file, { projects: { [dirname(file)]: { name: basename(dirname(file)) } } }])];
  `,
  );
  put('tools/llama-cpp/toolchain.json', { source: { type: 'npm' } });
  put('tools/texts/corpus.json', { source: { type: 'huggingface', repository: 'a/b' } });
  for (let index = 0; index < count; index++) {
    put(`models/model-${index}/model.json`, {
      name: `Model-${index}`,
      source: { type: 'huggingface', repository: `a/model-${index}` },
      imatrix: { type: 'make', corpus: 'texts' },
      quantize: { Q4_K_M: { ftype: 'Q4_K_M', tensorTypes: 'rules.txt' } },
      evaluation: { corpus: 'texts' },
    });
  }
  return directory;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
