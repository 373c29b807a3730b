import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import type { RealTools } from './real-tools.js';
import { shimToolchains, writeShims } from './tool-shims.js';
import { copyProjects, installPackages, writeRecorder } from './workspace-files.js';

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
   * Tasks whose executor ran, without those of the toolchain, and tasks that Nx restored.
   */
  ran: string[];
  restored: string[];
}

/** A temporary directory for a test file; removed by the caller. */
export function scratchDirectory(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'nx-gguf-e2e-')));
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
    NX_GGUF_TOOLCHAINS: shimToolchains(root),
    NX_CACHE_DIRECTORY: join(root, '.nx/cache'),
    // Tools get few variables; those of the locale are among them.
    LC_E2E_LOG: log,
    // Suites run side by side: threads that spin at a barrier take the core from the other suite's tools.
    OMP_WAIT_POLICY: 'passive',
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
