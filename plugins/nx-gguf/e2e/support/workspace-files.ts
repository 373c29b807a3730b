import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { extract } from 'tar';
import { repository } from './repository.js';

/** Installs the packed plugin, and links the packages of the repository beside it. */
export async function installPackages(root: string): Promise<void> {
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, 'nx-gguf'), { recursive: true });
  for (const name of readdirSync(join(repository, 'node_modules'))) {
    if (name !== 'nx-gguf' && !name.startsWith('.'))
      symlinkSync(join(repository, 'node_modules', name), join(modules, name));
  }
  await extract({ file: process.env['NX_GGUF_E2E_PACKAGE'] ?? '', cwd: join(modules, 'nx-gguf'), strip: 1 });
  // Dependencies that npm could not hoist.
  const own = join(repository, 'plugins/nx-gguf/node_modules');
  if (existsSync(own)) symlinkSync(own, join(modules, 'nx-gguf/node_modules'));
}

/** Copies the embedded model and what it builds on; its generators note their names when they run. */
export function copyProjects(root: string): void {
  for (const path of ['nx.json', 'models/tiny-qwen35', 'tools/corpora/llama-docs', 'tools/llama-cpp'])
    cpSync(join(repository, path), join(root, path), { recursive: true });
  for (const generator of [
    'models/tiny-qwen35/make-checkpoint.mjs',
    'tools/corpora/llama-docs/make-corpus.mjs',
  ]) {
    const path = join(root, generator);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(
        '\n',
        `\nimport { appendFileSync } from 'node:fs';\nappendFileSync(process.env.LC_E2E_LOG, '${basename(generator)}\\n');\n`,
      ),
    );
  }
  writeFileSync(
    join(root, 'package.json'),
    `${JSON.stringify({ name: 'e2e', private: true, devDependencies: { nx: '24.0.6', 'nx-gguf': '*' } }, null, 2)}\n`,
  );
  writeFileSync(join(root, '.gitignore'), 'node_modules/\ndist/\n.nx/\nshims/\n');
}

/** A plugin that writes down the status that Nx gives to each task. */
export function writeRecorder(root: string): void {
  writeFileSync(
    join(root, 'record-tasks.cjs'),
    `
const { mkdirSync, writeFileSync } = require('node:fs');
exports.name = 'record-tasks';
exports.postTasksExecution = (_options, { taskResults, workspaceRoot }) => {
  mkdirSync(workspaceRoot + '/.nx', { recursive: true });
  writeFileSync(workspaceRoot + '/.nx/tasks.json', JSON.stringify(Object.fromEntries(Object.values(taskResults).map(({ task, status }) => [task.id, status]))));
};
`,
  );
  const nx = JSON.parse(readFileSync(join(root, 'nx.json'), 'utf8')) as { plugins: string[] };
  writeFileSync(
    join(root, 'nx.json'),
    JSON.stringify({ ...nx, plugins: ['./record-tasks.cjs', ...nx.plugins] }),
  );
}
