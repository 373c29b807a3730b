import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { extract } from 'tar';

/** The checkout that is tested. */
export const repository = join(import.meta.dirname, '../../../..');

const toolNames = ['llama-quantize', 'llama-imatrix', 'llama-perplexity', 'llama-bench', 'llama-gguf-split'];

/**
 * A workspace as a user has it: the packed plugin installed, its tools replaced by shims that count and then
 * run the real ones.
 */
export interface TestWorkspace {
  root: string;
  /**
   * Names of the processes that were started since the last call, sorted: tools, `convert` and the
   * generators.
   */
  processes: () => string[];
  run: (args: readonly string[], options?: RunOptions) => Promise<NxRun>;
  json: (path: string) => unknown;
  /** Names of the processes that were started, without forgetting them. */
  started: () => string[];
  edit: (path: string, change: (text: string) => string) => void;
  environment: Record<string, string>;
}

/** How Nx is run, beside its arguments. */
export interface RunOptions {
  env?: Record<string, string | undefined>;
  /** Gets the id of the process, which leads a group of its own, to interrupt it. */
  onStart?: (pid: number) => void;
}

/** What a run of Nx did. */
export interface NxRun {
  exitCode: number;
  output: string;
  /**
   * Tasks whose executor ran, and tasks that Nx restored. Without those of the toolchain: it is made of
   * binaries on this machine, which are looked at each time.
   */
  ran: string[];
  restored: string[];
}

/** Where the real tools are, as the repository's own toolchain targets left them. */
export interface RealTools {
  bin: string;
  source: string;
  python: string;
}

/** A temporary directory for a test file; removed by the caller. */
export function scratchDirectory(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'nx-gguf-e2e-')));
}

/** The toolchain of the repository, found by the names its store gives it. */
export function realTools(): RealTools {
  const toolchains =
    process.env['NX_GGUF_TOOLCHAINS'] ??
    join(
      process.env['NX_GGUF_STORE'] ??
        join(process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '', '.cache'), 'nx-gguf'),
      'toolchains',
    );
  const find = (part: 'build' | 'source' | 'python'): string => {
    const wanted = JSON.stringify(
      sorted(
        (
          JSON.parse(readFileSync(join(repository, `dist/llama-cpp/${part}/artifact.json`), 'utf8')) as {
            facts: { identity: unknown };
          }
        ).facts.identity,
      ),
    );
    for (const name of readdirSync(toolchains).filter((entry) => entry.startsWith(`${part}-`))) {
      const record = join(toolchains, name, 'nx-gguf.json');
      if (
        existsSync(record) &&
        JSON.stringify(
          sorted((JSON.parse(readFileSync(record, 'utf8')) as { identity: unknown }).identity),
        ) === wanted
      )
        return join(toolchains, name);
    }
    throw new Error(`no ${part} of the toolchain in ${toolchains}`);
  };
  return { bin: find('build'), source: find('source'), python: join(find('python'), 'bin/python') };
}

/** What a workspace is made with. */
export interface WorkspaceOptions {
  store: string;
  tools: RealTools;
  /**
   * Whether Nx runs its plugins in processes of their own, as it does by default. Each takes time at each
   * start of Nx.
   */
  isolatesPlugins?: boolean;
}

/** Creates a workspace in a directory, on a store of its own beside it. */
export async function createWorkspace(root: string, options: WorkspaceOptions): Promise<TestWorkspace> {
  mkdirSync(root, { recursive: true });
  await installPackages(root);
  copyProjects(root);
  writeRecorder(root);
  const log = join(root, '..', `${basename(root)}-processes.log`);
  writeShims(root, options.tools);
  return openWorkspace(root, { ...options, log });
}

/** A workspace that is there already, for instance after it was moved. */
export function openWorkspace(
  root: string,
  { store, log, isolatesPlugins = false }: Omit<WorkspaceOptions, 'tools'> & { log: string },
): TestWorkspace {
  const environment: Record<string, string> = {
    NX_GGUF_STORE: store,
    NX_CACHE_DIRECTORY: join(root, '.nx/cache'),
    NX_GGUF_E2E_LOG: log,
    NX_DAEMON: 'false',
    NX_ISOLATE_PLUGINS: String(isolatesPlugins),
    CI: 'true',
    NX_TUI: 'false',
    FORCE_COLOR: '0',
    NX_NO_CLOUD: 'true',
  };
  writeFileSync(log, '');
  const started = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  return {
    root,
    environment,
    started,
    processes: () => {
      const names = started().sort();
      writeFileSync(log, '');
      return names;
    },
    run: (args, runOptions = {}) =>
      runNx(root, args, { ...runOptions, env: { ...environment, ...runOptions.env } }),
    json: (path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as unknown,
    edit: (path, change) => {
      const before = readFileSync(join(root, path), 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`the edit of ${path} changed nothing`);
      writeFileSync(join(root, path), after);
    },
  };
}

async function runNx(root: string, args: readonly string[], { env, onStart }: RunOptions): Promise<NxRun> {
  const record = join(root, '.nx/tasks.json');
  rmSync(record, { force: true });
  const child = execa(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), ...args], {
    cwd: root,
    env: { ...env },
    reject: false,
    all: true,
    stdin: 'ignore',
    detached: true,
  });
  if (child.pid !== undefined) onStart?.(child.pid);
  const { exitCode, all } = await child;
  const tasks = existsSync(record)
    ? Object.entries(JSON.parse(readFileSync(record, 'utf8')) as Record<string, string>)
    : [];
  return {
    exitCode: exitCode ?? 128,
    output: all,
    ran: tasks
      .filter(([id, status]) => !status.includes('cache') && !id.startsWith('llama-cpp:'))
      .map(([id]) => id)
      .sort(),
    restored: tasks
      .filter(([, status]) => status.includes('cache'))
      .map(([id]) => id)
      .sort(),
  };
}

/** A plugin that writes down the status that Nx gives to each task. */
function writeRecorder(root: string): void {
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

async function installPackages(root: string): Promise<void> {
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

function copyProjects(root: string): void {
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
        `\nimport { appendFileSync } from 'node:fs';\nappendFileSync(process.env.NX_GGUF_E2E_LOG, '${basename(generator)}\\n');\n`,
      ),
    );
  }
  writeFileSync(
    join(root, 'package.json'),
    `${JSON.stringify({ name: 'e2e', private: true, devDependencies: { nx: '24.0.6', 'nx-gguf': '*' } }, null, 2)}\n`,
  );
  writeFileSync(join(root, '.gitignore'), 'node_modules/\ndist/\n.nx/\nshims/\n');
}

/**
 * Small scripts in place of the tools: each notes its name and becomes the real one, so processes are
 * counted, not log lines. They are the same in every workspace.
 */
function writeShims(root: string, tools: RealTools): void {
  const shims = join(root, 'shims');
  mkdirSync(join(shims, 'bin'), { recursive: true });
  const shim = (path: string, name: string, real: string) => {
    // Asking llama-quantize what it would do is no work on weights: it is counted under a name of its own.
    writeFileSync(
      path,
      `#!/bin/sh\ncase " $* " in *' --dry-run '*) echo ${name} --dry-run;; *) echo ${name};; esac >> "$NX_GGUF_E2E_LOG"\nexec '${real}' "$@"\n`,
    );
    chmodSync(path, 0o755);
  };
  for (const tool of toolNames) {
    const attended = readdirSync(tools.bin).find((name) => name.startsWith(`${tool}-attended-`));
    shim(join(shims, 'bin', tool), tool, join(tools.bin, attended ?? tool));
  }
  writeFileSync(
    join(shims, 'python'),
    `#!/bin/sh\ncase "$1" in *convert_hf_to_gguf.py) echo convert >> "$NX_GGUF_E2E_LOG";; esac\nexec '${tools.python}' "$@"\n`,
  );
  chmodSync(join(shims, 'python'), 0o755);
  writeFileSync(
    join(root, 'tools/llama-cpp/toolchain.json'),
    `${JSON.stringify({ source: { type: 'binaries', path: '../../shims/bin', sourcePath: tools.source }, python: { interpreter: '../../shims/python' } }, null, 2)}\n`,
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
