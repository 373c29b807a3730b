import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { sha256 } from 'nx-gguf/store';
import { manifestOf, manifestText } from '../src/testing/manifests.js';
import {
  createToken,
  repository,
  scratchDirectory,
  startServerProcess,
  type ServerProcess,
} from './support/server-process.js';

const nx = join(repository, 'node_modules/nx/dist/bin/nx.js');
const blob = 'the weights, which Nx does not carry';
const manifest = manifestText(manifestOf({ 'model.gguf': blob }));
const scratch = scratchDirectory();
const storage = join(scratch, 'server');
let server: ServerProcess;
let token: string;
let made = 0;

interface Run {
  exitCode: number;
  output: string;
  /** How often the task itself ran in this workspace so far. */
  count: number;
}

/**
 * A workspace with one cached task, as another checkout of the same repository: same hash, no local cache.
 */
function workspace(
  part: string,
  build: string,
): { root: string; run: (changes?: Record<string, string>) => Promise<Run>; log: string } {
  const root = join(scratch, `workspace-${made++}`);
  const log = join(scratch, `${made}.log`);
  mkdirSync(join(root, 'thing'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{"name":"checkout","private":true}');
  writeFileSync(join(root, '.gitignore'), 'node_modules\n.nx\ndist\n');
  writeFileSync(
    join(root, 'nx.json'),
    '{"analytics":false,"neverConnectToCloud":true,"cacheDirectory":".nx/cache"}',
  );
  writeFileSync(
    join(root, 'thing/build.mjs'),
    `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';\nappendFileSync(process.env.RUN_LOG, 'ran\\n');\nmkdirSync('dist/thing', { recursive: true });\n${build}\n`,
  );
  writeFileSync(join(root, 'thing/input.txt'), part);
  writeFileSync(
    join(root, 'thing/project.json'),
    JSON.stringify({
      name: 'thing',
      targets: {
        build: {
          executor: 'nx:run-commands',
          cache: true,
          inputs: ['{projectRoot}/**/*'],
          outputs: ['{workspaceRoot}/dist/thing'],
          options: { command: 'node thing/build.mjs' },
        },
      },
    }),
  );
  writeFileSync(log, '');
  const run = async (changes: Record<string, string> = {}): Promise<Run> => {
    const { exitCode, all } = await execa(process.execPath, [nx, 'run', 'thing:build'], {
      cwd: root,
      all: true,
      reject: false,
      stdin: 'ignore',
      env: {
        RUN_LOG: log,
        NX_DAEMON: 'false',
        NX_TUI: 'false',
        CI: 'true',
        NX_SELF_HOSTED_REMOTE_CACHE_SERVER: server.url,
        NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token,
        ...changes,
      },
    });
    return {
      exitCode: exitCode ?? 128,
      output: all,
      count: readFileSync(log, 'utf8').split('\n').length - 1,
    };
  };
  return { root, run, log };
}

const writesText = `writeFileSync('dist/thing/out.txt', 'built'); console.log('hello from the task');`;
const writesManifest = `writeFileSync('dist/thing/artifact.json', ${JSON.stringify(manifest)});`;

beforeAll(async () => {
  server = await startServerProcess(storage);
  token = await createToken(storage);
});

describe("Nx's own client", () => {
  it('puts what it ran, and finds it in another checkout: output, files and exit code', async () => {
    const first = workspace('one', writesText);
    expect(await first.run()).toMatchObject({ exitCode: 0, count: 1 });
    const second = workspace('one', writesText);
    const { exitCode, output, count } = await second.run();
    expect([exitCode, count]).toEqual([0, 0]);
    expect(output).toMatch(/remote cache/);
    expect(output).toContain('hello from the task');
    expect(readFileSync(join(second.root, 'dist/thing/out.txt'), 'utf8')).toBe('built');
  }, 120_000);

  it('does the same through its daemon', async () => {
    const [first, second] = [workspace('two', writesText), workspace('two', writesText)];
    try {
      expect(await first.run({ NX_DAEMON: 'true', CI: 'false' })).toMatchObject({ exitCode: 0, count: 1 });
      expect(await second.run({ NX_DAEMON: 'true', CI: 'false' })).toMatchObject({ exitCode: 0, count: 0 });
    } finally {
      for (const { root } of [first, second])
        await execa(process.execPath, [nx, 'daemon', '--stop'], {
          cwd: root,
          reject: false,
          stdin: 'ignore',
        });
    }
  }, 120_000);

  it('is given a manifest only while the blobs that it names are there', async () => {
    expect(await workspace('three', writesManifest).run()).toMatchObject({ exitCode: 0, count: 1 });
    expect(await workspace('three', writesManifest).run()).toMatchObject({ exitCode: 0, count: 1 });
    const reply = await fetch(`${server.url}/cas/${sha256(blob)}`, {
      method: 'PUT',
      body: blob,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(reply.status).toBe(201);
    expect(await workspace('three', writesManifest).run()).toMatchObject({ exitCode: 0, count: 0 });
    rmSync(join(storage, 'blobs', sha256(blob).slice(0, 2), sha256(blob)));
    expect(await workspace('three', writesManifest).run()).toMatchObject({ exitCode: 0, count: 1 });
  }, 120_000);

  it('is not harmed by a token that was revoked, or may only read', async () => {
    const reader = await createToken(storage, '--scope', 'read');
    for (const [part, wrong] of [
      ['four', `nxg_00000000_${'A'.repeat(43)}`],
      ['five', reader],
    ] as const) {
      const here = workspace(part, writesText);
      expect(await here.run({ NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: wrong })).toMatchObject({
        exitCode: 0,
        count: 1,
      });
    }
    expect(
      await workspace('one', writesText).run({ NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: reader }),
    ).toMatchObject({ exitCode: 0, count: 0 });
  }, 120_000);

  it('is not harmed by a pull request: what that puts is found by it alone', async () => {
    const pull = await createToken(storage, '--namespace', 'pr-1');
    const forged = workspace('six', writesText);
    // The same inputs, so the same hash, and yet another output.
    expect(
      await forged.run({
        NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: pull,
        NODE_OPTIONS: `--import=${poisoner()}`,
      }),
    ).toMatchObject({ exitCode: 0, count: 1 });
    expect(readFileSync(join(forged.root, 'dist/thing/out.txt'), 'utf8')).toBe('poisoned');
    const pulled = workspace('six', writesText);
    expect(await pulled.run({ NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: pull })).toMatchObject({
      exitCode: 0,
      count: 0,
    });
    expect(readFileSync(join(pulled.root, 'dist/thing/out.txt'), 'utf8')).toBe('poisoned');
    const main = workspace('six', writesText);
    expect(await main.run()).toMatchObject({ exitCode: 0, count: 1 });
    expect(readFileSync(join(main.root, 'dist/thing/out.txt'), 'utf8')).toBe('built');
  }, 120_000);

  it('is not harmed by a storage that is broken behind the server', async () => {
    const path = join(storage, 'spaces');
    renameSync(path, `${path}-away`);
    writeFileSync(path, 'in the way');
    expect(await workspace('one', writesText).run()).toMatchObject({ exitCode: 0, count: 1 });
    rmSync(path);
    renameSync(`${path}-away`, path);
    expect(await workspace('one', writesText).run()).toMatchObject({ exitCode: 0, count: 0 });
    expect(readdirSync(join(storage, 'staging'))).toEqual([]);
  }, 120_000);
});

/** A module that makes whatever writes `out.txt` write something else, without a change to any input. */
function poisoner(): string {
  const path = join(scratch, 'poison.mjs');
  writeFileSync(
    path,
    `import fs from 'node:fs';\nimport { syncBuiltinESMExports } from 'node:module';\nconst write = fs.writeFileSync;\nfs.writeFileSync = (path, data, ...rest) => write(path, String(path).endsWith('out.txt') ? 'poisoned' : data, ...rest);\nsyncBuiltinESMExports();\n`,
  );
  return path;
}
