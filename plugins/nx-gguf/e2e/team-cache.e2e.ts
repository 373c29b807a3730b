import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { shrinkModel } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { repository } from './support/repository.js';
import { createWorkspace, scratchDirectory, type NxRun, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const gguf = 'dist/tiny-qwen35/tiny-qwen35-Q4_K_M.gguf';
const dryRun = 'llama-quantize --dry-run';
let server: Server;
let a: TestWorkspace;
let b: TestWorkspace;

interface Server {
  base: string;
  token: string;
  child: ChildProcess;
}

/** Starts the server as docs/team-cache.md says. */
async function startServer(): Promise<Server> {
  const child = spawn(
    process.execPath,
    [
      join(repository, 'tools/cache-server/bin/nx-gguf-cache-server.mjs'),
      '--directory',
      join(scratch, 'server'),
      '--port',
      '0',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  for (let turn = 0; turn < 400 && !/listens on .*\n/.test(printed); turn++) await sleep(25);
  return {
    child,
    base: /listens on (http:\/\/[\d.:]+)/.exec(printed)?.[1] ?? '',
    token: readFileSync(join(scratch, 'server/first-token'), 'utf8').trim(),
  };
}

/**
 * A checkout of the same state in a directory of its own, with a store of its own, that shares the server; Nx
 * shares it too, unless told not to.
 */
async function checkout(name: string): Promise<TestWorkspace> {
  const workspace = await createWorkspace(join(scratch, name), {
    store: join(scratch, `store-${name}`),
    tools: realTools(),
  });
  shrinkModel(workspace);
  Object.assign(workspace.environment, {
    NX_GGUF_REMOTE: server.base,
    NX_GGUF_REMOTE_TOKEN: server.token,
    NX_SELF_HOSTED_REMOTE_CACHE_SERVER: server.base,
    NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: server.token,
  });
  return workspace;
}

const withoutNxRemote = {
  env: { NX_SELF_HOSTED_REMOTE_CACHE_SERVER: undefined, NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: undefined },
};

async function nx(
  workspace: TestWorkspace,
  target: string,
  options: Parameters<TestWorkspace['run']>[1] = {},
): Promise<NxRun & { processes: string[] }> {
  const run = await workspace.run(['run', `tiny-qwen35:${target}`], options);
  if (run.exitCode !== 0) throw new Error(run.output);
  return { ...run, processes: workspace.processes() };
}

/** Bytes of all blobs that a checkout's store holds: all that came to it, and all that it made. */
function blobBytes(name: string): number {
  const blobs = join(scratch, `store-${name}`, 'blobs');
  if (!existsSync(blobs)) return 0;
  return readdirSync(blobs, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(blobs, path)))
    .reduce((sum, info) => sum + (info.isFile() ? info.size : 0), 0);
}

const read = ({ root }: TestWorkspace, path: string): Buffer => readFileSync(join(root, path));

/** More than a card with its pictures, plans and measurements; far less than any model. */
const cardBytes = 600_000;

beforeAll(async () => {
  server = await startServer();
  [a, b] = [await checkout('a'), await checkout('b')];
  await nx(a, 'card');
}, 900_000);

afterAll(async () => {
  server.child.kill('SIGKILL');
  await once(server.child, 'close');
  rmSync(scratch, { recursive: true, force: true });
});

it('a fresh checkout gets everything without starting a process, and the card for a few kilobytes', async () => {
  const { ran, restored, processes } = await nx(b, 'card');
  expect(processes).toEqual([]);
  expect(ran).toEqual([]);
  expect(restored).toContain('tiny-qwen35:kld:Q6_K');
  expect(read(b, 'dist/tiny-qwen35/README.md').equals(read(a, 'dist/tiny-qwen35/README.md'))).toBe(true);
  expect(blobBytes('b')).toBeLessThan(cardBytes);
  expect(existsSync(join(b.root, gguf))).toBe(false);
}, 300_000);

it("also without Nx's remote cache: then each target asks for its manifest", async () => {
  const c = await checkout('c');
  const { ran, processes } = await nx(c, 'card', withoutNxRemote);
  expect(ran).toContain('tiny-qwen35:quantize:Q4_K_M');
  expect(processes).toEqual([]);
  expect(read(c, 'dist/tiny-qwen35/README.md').equals(read(a, 'dist/tiny-qwen35/README.md'))).toBe(true);
  expect(blobBytes('c')).toBeLessThan(cardBytes);
  // The small file of a result comes with it: Nx keeps it in its own cache.
  for (const path of ['kld/Q6_K/kld.json', 'plan/Q6_K/plan.json', 'fetch/README.md'])
    expect(read(c, `dist/tiny-qwen35/${path}`).equals(read(a, `dist/tiny-qwen35/${path}`))).toBe(true);
  await nx(c, 'quantize:Q4_K_M', withoutNxRemote);
  expect(read(c, gguf).equals(read(a, gguf))).toBe(true);
}, 300_000);

it('who asks for a GGUF gets it, when Nx restores the target too', async () => {
  const { ran, processes } = await nx(b, 'quantize:Q4_K_M');
  expect([ran, processes]).toEqual([[], []]);
  expect(read(b, gguf).equals(read(a, gguf))).toBe(true);
  expect(blobBytes('b')).toBeLessThan(statSync(join(a.root, gguf)).size + cardBytes);
}, 300_000);

it('a change of one variant is built in one checkout, and the other one gets it', async () => {
  for (const workspace of [a, b]) {
    workspace.edit('models/tiny-qwen35/model.json', (text) =>
      text.replace('"Q5_K_M":{"ftype":"Q5_K_M",', '"Q5_K_M":{"ftype":"Q5_K_S",'),
    );
  }
  const made = await nx(b, 'card');
  expect(made.ran).toEqual([
    'tiny-qwen35:card',
    'tiny-qwen35:kld:Q5_K_M',
    'tiny-qwen35:plan:Q5_K_M',
    'tiny-qwen35:quantize:Q5_K_M',
  ]);
  expect(made.processes.filter((name) => name !== dryRun)).toEqual([
    'llama-perplexity',
    'llama-perplexity',
    'llama-quantize',
  ]);
  const got = await nx(a, 'card');
  expect([got.ran, got.processes]).toEqual([[], []]);
  expect(read(a, 'dist/tiny-qwen35/README.md').equals(read(b, 'dist/tiny-qwen35/README.md'))).toBe(true);
}, 300_000);

it("with Nx's daemon too", async () => {
  const d = await checkout('d');
  const daemon = { env: { NX_DAEMON: 'true' } };
  try {
    const { ran, processes } = await nx(d, 'card', daemon);
    expect([ran, processes]).toEqual([[], []]);
    await nx(d, 'quantize:Q4_K_M', daemon);
    expect(read(d, gguf).equals(read(a, gguf))).toBe(true);
  } finally {
    await d.run(['reset'], daemon);
  }
}, 300_000);

it('files that manifests name and nobody has any more are made again by the steps that made them, which say so', async () => {
  const e = await checkout('e');
  await nx(e, 'card');
  const lost = ['fetch', 'convert'].flatMap(
    (target) =>
      (e.json(`dist/tiny-qwen35/${target}/artifact.json`) as { files: { name: string; sha256: string }[] })
        .files,
  );
  const onServer = lost.map(({ sha256 }) => join(scratch, 'server/blobs', sha256.slice(0, 2), sha256));
  for (const path of onServer) rmSync(path);
  e.edit('models/tiny-qwen35/model.json', (text) =>
    text.replace('"Q6_K":{"ftype":"Q6_K",', '"Q6_K":{"ftype":"Q5_K_S",'),
  );
  const { ran, processes, output } = await nx(e, 'quantize:Q6_K');
  expect(ran).toEqual(['tiny-qwen35:quantize:Q6_K']);
  expect(processes.filter((name) => name !== dryRun)).toEqual([
    'convert',
    'llama-perplexity --no-warmup',
    'llama-quantize',
    'make-checkpoint.mjs',
  ]);
  expect(
    output.match(/^.* not in the store or .*$/gm)?.map((line) => line.replace(server.base, 'SERVER').trim()),
  ).toEqual([
    expect.stringMatching(
      /tiny-qwen35\S*\.gguf is not in the store or SERVER any more: making it again with tiny-qwen35:convert$/,
    ),
    'config.json is not in the store or SERVER any more: making it again with tiny-qwen35:fetch',
  ]);
  // And everybody else has them again.
  expect(onServer.map((path) => existsSync(path))).toEqual(onServer.map(() => true));
}, 300_000);

it('a file that is neither here nor on the server is made again by who asks for it, and is on the server again', async () => {
  const target = 'quantize:Q4_K_M';
  const {
    files: [file],
  } = b.json('dist/tiny-qwen35/quantize/Q4_K_M/artifact.json') as { files: { sha256: string }[] };
  const sha256 = file?.sha256 ?? '';
  const [here, there] = ['store-b', 'server'].map((directory) =>
    join(scratch, directory, 'blobs', sha256.slice(0, 2), sha256),
  );
  const wanted = read(b, gguf);
  const gone = (...paths: (string | undefined)[]): void => {
    for (const path of paths) rmSync(path ?? '');
  };
  gone(here, join(b.root, gguf));
  const brought = await nx(b, target);
  expect([brought.ran, brought.processes]).toEqual([[], []]);
  gone(here, there, join(b.root, gguf));
  const { ran, processes, output } = await nx(b, target);
  expect(ran).toEqual([`tiny-qwen35:${target}`]);
  expect(processes).toContain('llama-quantize');
  expect(
    output.match(/^.* not in the store or .*$/gm)?.map((line) => line.replace(server.base, 'SERVER').trim()),
  ).toContain(
    `tiny-qwen35-Q4_K_M.gguf is not in the store or SERVER any more: making it again with tiny-qwen35:${target}`,
  );
  expect(read(b, gguf).equals(wanted)).toBe(true);
  expect(existsSync(there ?? '')).toBe(true);
  const after = await nx(b, 'card');
  expect([after.ran, after.processes]).toEqual([[], []]);
}, 300_000);

it('the command line tools know the remote from the files that Nx reads', async () => {
  const g = await checkout('g');
  writeFileSync(
    join(g.root, '.env.local'),
    `export NX_GGUF_REMOTE=${server.base}\nexport NX_GGUF_REMOTE_TOKEN=${server.token}\nNX_GGUF_STORE=${join(scratch, 'store-a')}\n`,
  );
  const env = { PATH: process.env['PATH'] ?? '', HOME: scratch };
  const command = async (...args: string[]) =>
    (
      await execa(process.execPath, [join(g.root, 'node_modules/nx-gguf/bin/nx-gguf.mjs'), ...args], {
        cwd: join(g.root, 'models'),
        env,
        extendEnv: false,
      })
    ).stdout;
  await expect(command('store', 'path')).resolves.toBe(join(scratch, 'store-a'));
  await expect(command('store', 'push')).resolves.toMatch(
    new RegExp(`^offered \\d+ results to ${server.base}$`),
  );
  const { files } = a.json('dist/tiny-qwen35/quantize/Q4_K_M/artifact.json') as {
    files: { sha256: string }[];
  };
  await expect(command('inspect', files[0]?.sha256 ?? '')).resolves.toContain('qwen35');
}, 300_000);

describe('a server that is gone', () => {
  it('costs one warning, and what is asked for is made here', async () => {
    const f = await checkout('f');
    Object.assign(f.environment, { NX_GGUF_REMOTE: 'http://127.0.0.1:9' });
    const run = await nx(f, 'fetch', withoutNxRemote);
    expect(run.processes).toEqual(['make-checkpoint.mjs']);
    expect(run.output.match(/warning: .*/g)).toEqual([
      'warning: http://127.0.0.1:9: the connection was refused; going on without it',
    ]);
    expect(run.output).not.toContain(server.token);
  }, 120_000);

  it("does not end the run through Nx's remote cache either, with and without the daemon", async () => {
    const h = await checkout('h');
    Object.assign(h.environment, {
      NX_GGUF_REMOTE: 'http://127.0.0.1:9',
      NX_SELF_HOSTED_REMOTE_CACHE_SERVER: 'http://127.0.0.1:9',
    });
    const run = await nx(h, 'fetch');
    expect(run.output.match(/warning: .*/g)).toEqual(
      expect.arrayContaining([
        "warning: Nx's remote cache http://127.0.0.1:9/: the connection was refused; going on without it",
      ]),
    );
    const daemon = { env: { NX_DAEMON: 'true' } };
    try {
      for (const name of ['one', 'another']) {
        h.edit('models/tiny-qwen35/make-checkpoint.mjs', (text) => `${text}// ${name}\n`);
        expect((await nx(h, 'fetch', daemon)).ran).toContain('tiny-qwen35:fetch');
      }
    } finally {
      await h.run(['reset', '--only-daemon'], daemon);
    }
  }, 300_000);
});
