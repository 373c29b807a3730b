import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from 'tar';
import type { BuildSettings, PythonSettings, Toolchain } from '../../core/generated/toolchain.generated.js';
import { inferredTargets } from '../../infer/project-node.js';
import { targetPrefix } from '../../infer/target-prefix.js';
import { remoteSettings } from '../../remote/remote-settings.js';
import { put, temporaryDirectory } from '../../store/testing/temporary-store.js';
import { buildIdentity } from '../../toolchain/llama-cpp/build.js';
import { compile } from '../../toolchain/llama-cpp/compile.js';
import type { ToolchainContext } from '../../toolchain/context.js';
import { installPackages } from '../../toolchain/python-packages.js';
import { pythonIdentity, pythonRequirements } from '../../toolchain/python.js';
import { ensureSource, sourceIdentity } from '../../toolchain/llama-cpp/source.js';
import { testContext } from '../../toolchain/testing/context.js';
import { toolNames } from '../../toolchain/tool-files.js';
import { prefixed } from './model-rows.js';
import { outcomeOf } from './recipe-lab.js';
import { withField, type Row, type Rows } from './row.js';

/** A package with a file that is no bundle. */
const tarball = packed();

function packed(): Buffer {
  const directory = temporaryDirectory();
  put(join(directory, 'package/a.bundle'), 'no bundle');
  put(join(directory, 'package/b.bundle'), 'no bundle');
  create({ cwd: directory, file: join(directory, 'p.tgz'), gzip: true, portable: true, sync: true }, [
    'package',
  ]);
  return readFileSync(join(directory, 'p.tgz'));
}

const integrity = (bytes: Buffer): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
const npm = {
  type: 'npm',
  name: 'carrier',
  version: '1.0.0',
  integrity: integrity(tarball),
  bundle: 'a.bundle',
  commit: 'c'.repeat(40),
};
const git = { type: 'git', url: '/nowhere/a.git', commit: 'c'.repeat(40) };

/** What a toolchain comes to, and the processes that it starts; none of them does anything. */
async function ofToolchain(config: object, ask: (context: ToolchainContext) => Promise<unknown>) {
  const ran: string[][] = [];
  const context = await testContext(config as Toolchain, {
    host: { platform: 'linux', arch: 'x64', cpuModel: 'Test CPU', cores: 2 },
    runTool: ({ command, args, cwd }) => {
      ran.push([command, ...args]);
      if (command === 'npm') writeFileSync(join(cwd, 'carrier.tgz'), tarball);
      const output = args.includes('-c') ? '{"python":"3.11.1","implementation":"CPython"}' : 'c++ 12.2';
      return Promise.resolve({ exitCode: 0, ending: 'ended with exit code 0', output });
    },
  });
  for (const directory of ['a', 'b']) {
    put(join(context.configDir, directory, 'convert_hf_to_gguf.py'), '');
    put(join(context.configDir, directory, `${directory}.txt`), `package==${directory}\n`);
    for (const tool of toolNames) put(join(context.configDir, directory, tool), `${tool} ${directory}`);
  }
  const found = await ask(context).catch((error: unknown) => (error as Error).message);
  // Work directories have names of their own.
  return JSON.parse(
    JSON.stringify({ found, ran })
      .replaceAll(context.configDir, '')
      .replaceAll(/\/[\da-f]{12}(?=[/"])/g, '/work'),
  ) as unknown;
}

const sourceRow = (source: object, field: string, values: readonly [unknown, unknown]): Row => ({
  values,
  observe: (value) =>
    ofToolchain({ source: withField(source, [field], value) }, async (context) => {
      const got = await ensureSource(context).catch((error: unknown) => (error as Error).message);
      return [got, await sourceIdentity(context).catch((error: unknown) => (error as Error).message)];
    }),
});
const buildRow = (field: keyof BuildSettings, values: readonly [unknown, unknown]): Row => ({
  values,
  observe: (value) =>
    ofToolchain({ source: git, build: { [field]: value } }, async (context) => {
      const identity = await buildIdentity(context);
      const cmake = identity['cmake'] as Record<string, string>;
      await compile(context, { source: '/source', work: join(context.configDir, 'built'), cmake });
      return identity;
    }),
});
const pythonRow = (field: keyof PythonSettings, values: readonly [unknown, unknown]): Row => ({
  values,
  observe: (value) =>
    ofToolchain({ source: git, python: { requirements: 'a/a.txt', [field]: value } }, async (context) => {
      if (field !== 'torchIndex') return [await pythonIdentity(context), await pythonRequirements(context)];
      return installPackages(context, {
        directory: '/e',
        requirements: '/r',
        base: 'python3',
        interpreter: '/p',
      });
    }),
});

/** The fields of toolchain.json. */
export const toolchainRows: Rows = prefixed('toolchain: ', {
  'source<npm>.name': sourceRow(npm, 'name', ['carrier', 'other']),
  'source<npm>.version': sourceRow(npm, 'version', ['1.0.0', '1.0.1']),
  'source<npm>.integrity': sourceRow(npm, 'integrity', [npm.integrity, integrity(Buffer.from('other'))]),
  'source<npm>.bundle': sourceRow(npm, 'bundle', ['a.bundle', 'b.bundle']),
  'source<npm>.commit': sourceRow(npm, 'commit', ['c'.repeat(40), 'd'.repeat(40)]),
  'source<git>.url': sourceRow(git, 'url', ['/nowhere/a.git', '/nowhere/b.git']),
  'source<git>.commit': sourceRow(git, 'commit', ['c'.repeat(40), 'd'.repeat(40)]),
  'source<checkout>.path': sourceRow({ type: 'checkout' }, 'path', ['a', 'nowhere']),
  'source<binaries>.path': {
    values: ['a', 'b'],
    observe: (path) => ofToolchain({ source: { type: 'binaries', path } }, buildIdentity),
  },
  'source<binaries>.sourcePath': sourceRow({ type: 'binaries', path: 'a' }, 'sourcePath', ['a', 'nowhere']),
  'build.backend': buildRow('backend', ['cuda', 'cpu']),
  'build.native': buildRow('native', [true, false]),
  'build.cmakeOptions': buildRow('cmakeOptions', [{ GGML_OPENMP: false }, { GGML_OPENMP: true }]),
  'build.jobs': buildRow('jobs', [3, 4]),
  'python.requirements': pythonRow('requirements', ['a/a.txt', 'b/b.txt']),
  'python.interpreter': pythonRow('interpreter', ['/usr/bin/python3', undefined]),
  'python.torchIndex': pythonRow('torchIndex', ['default', 'https://mirror.example.org/cpu']),
});

const corpus = { source: { type: 'command', command: ['node', '{llamaCpp}', '{output}'] } };
const corpusRow = (field: string, values: readonly [unknown, unknown]): Row => ({
  values,
  observe: (value) =>
    outcomeOf(
      { project: 'texts', kind: 'fetch' },
      { 'texts/corpus.json': withField(corpus, [field], value), 'texts/a.txt': 'a' },
    ),
});

/** The fields of corpus.json. */
export const corpusRows: Rows = prefixed('corpus: ', {
  description: corpusRow('description', ['Six novels.', 'Eight plays.']),
  toolchain: corpusRow('toolchain', ['llama-cpp', 'other']),
  source: corpusRow('source', [corpus.source, { type: 'path', path: 'a.txt' }]),
});

const remote = (options: object) => remoteSettings({}, options);

/** The options of the plugin in nx.json. */
export const pluginRows: Rows = prefixed('plugin: ', {
  targetPrefix: {
    values: ['gguf-', 'x:'],
    observe: (prefix) =>
      Object.keys(
        inferredTargets(
          { kind: 'corpus', root: 'texts', content: corpus },
          targetPrefix({ targetPrefix: prefix }),
        ),
      ),
  },
  remote: {
    values: ['https://a.example.org', 'https://b.example.org'],
    observe: (value) => remote({ remote: value }),
  },
  remoteMode: {
    values: ['read-only', 'off'],
    observe: (remoteMode) => remote({ remote: 'https://a.example.org', remoteMode }),
  },
  remoteSources: {
    values: [true, false],
    observe: (remoteSources) => remote({ remote: 'https://a.example.org', remoteSources }),
  },
});
