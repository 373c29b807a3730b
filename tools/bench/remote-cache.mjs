#!/usr/bin/env node
// One large file through the cache server on loopback, by the store's own remote, beside Nx's native remote
// caching of the same file through the same server; and its restore from the local store beside Nx's local
// restore. Time, peak resident memory, bytes on disk. What the disk takes to write the file durably is shown
// first: nothing is faster than that here. So is what bare node:http takes for the same bytes from the same
// server, written and flushed, and hashed by nobody. Usage: remote-cache.mjs [GiB]; needs Linux,
// `npm run build`, and about eight times the file's size on the disk.
import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  createWriteStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';

const root = join(import.meta.dirname, '../..');
const nx = [join(root, 'node_modules/nx/dist/bin/nx.js')];
const plugin = join(root, 'plugins/nx-gguf/build');
const [first = '2', ...rest] = process.argv.slice(2);
if (['put', 'get', 'restore'].includes(first)) await client(first, rest);
else if (first === 'bare') await bareGet(rest);
else await bench(Math.round(Number(first) * 2 ** 30));

async function bench(sizeBytes) {
  const scratch = mkdtempSync(join(tmpdir(), 'nx-gguf-remote-bench-'));
  const server = await startServer(join(scratch, 'server'));
  const ours = { NX_GGUF_REMOTE: server.url, NX_GGUF_REMOTE_TOKEN: server.token };
  const native = {
    NX_SELF_HOSTED_REMOTE_CACHE_SERVER: server.url,
    NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: server.token,
  };
  try {
    const file = join(scratch, 'model.gguf');
    const writeSeconds = writeFile(file, sizeBytes);
    show('written durably by itself', { seconds: writeSeconds });
    const [a, b] = ['store-a', 'store-b'].map((name) => join(scratch, name));
    const put = await run(process.execPath, [import.meta.filename, 'put', a, file], { env: ours });
    show('ours: put', { ...put, serverMib: server.peakMib(), diskBytes: sizeOf(join(scratch, 'server')) }, [
      put.seconds <= 8 || `goal: 8 s`,
      put.peakMib <= 200 || 'goal: 200 MiB',
      server.peakMib() <= 200 || 'goal: 200 MiB of the server',
    ]);
    const got = await run(process.execPath, [import.meta.filename, 'get', b, file], { env: ours });
    show('ours: get', { ...got, serverMib: server.peakMib(), diskBytes: sizeOf(b) }, [
      got.seconds <= 4 || 'goal: 4 s',
      got.peakMib <= 200 || 'goal: 200 MiB',
      server.peakMib() <= 200 || 'goal: 200 MiB of the server',
    ]);
    const bare = await run(
      process.execPath,
      [import.meta.filename, 'bare', server.url, file, join(scratch, 'bare.gguf')],
      { env: ours },
    );
    show('bare node:http: get, no digest', bare);
    rmSync(join(scratch, 'bare.gguf'));
    const before = sizeOf(b);
    const restore = await run(
      process.execPath,
      [import.meta.filename, 'restore', b, file, join(b, 'placed.gguf')],
      {},
    );
    show('ours: restore from the store', { seconds: restore.result, diskBytes: sizeOf(b) - before }, [
      restore.result <= 0.3 || 'goal: 0.3 s',
      sizeOf(b) === before || 'goal: no second copy',
    ]);

    const one = nxWorkspace(join(scratch, 'one'), file);
    const nxPut = await run(process.execPath, [...nx, 'run', 'thing:build'], { cwd: one, env: native });
    show('Nx: run and put', {
      ...nxPut,
      serverMib: server.peakMib(),
      diskBytes: sizeOf(join(one, '.nx/cache')),
    });
    rmSync(join(one, 'dist'), { recursive: true });
    const local = sizeOf(one);
    const nxLocal = await run(process.execPath, [...nx, 'run', 'thing:build'], { cwd: one, env: {} });
    show('Nx: local restore', { ...nxLocal, diskBytes: sizeOf(one) - local });
    rmSync(one, { recursive: true });
    const two = nxWorkspace(join(scratch, 'two'), file);
    const nxGet = await run(process.execPath, [...nx, 'run', 'thing:build'], { cwd: two, env: native });
    show(`Nx: get (${/remote cache/.test(nxGet.output) ? 'a hit' : 'a miss: it ran'})`, {
      ...nxGet,
      serverMib: server.peakMib(),
      diskBytes: sizeOf(two),
    });
    console.log(
      `put ${(nxPut.seconds / put.seconds).toFixed(1)} times, get ${(nxGet.seconds / got.seconds).toFixed(1)} times as fast as Nx; put takes ${(put.seconds / writeSeconds).toFixed(2)} times, get ${(got.seconds / writeSeconds).toFixed(2)} times what the disk takes; get takes ${(got.seconds / bare.seconds).toFixed(2)} times what bare node:http takes`,
    );
  } finally {
    server.child.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The other side, in a process of its own: the store and its remote. */
async function client(what, [storePath, file, target]) {
  const [{ openStore }, { adoptFile, findBlob }, { createRemotes }, { placeFile }, { processFileName }] =
    await Promise.all(
      [
        'store/store',
        'store/blobs',
        'remote/create-remotes',
        'files/link-or-copy',
        'files/process-file-name',
      ].map((path) => import(join(plugin, `${path}.js`))),
    );
  const store = await openStore(storePath);
  const id = await hashed(file);
  if (what === 'restore') {
    const path = await findBlob(store, id);
    const began = performance.now();
    await placeFile(path, target);
    return void console.log(`result ${(performance.now() - began) / 1000}`);
  }
  const manifest = {
    format: 1,
    step: 'quantize',
    actionKey: 'a'.repeat(64),
    files: [{ name: 'model.gguf', ...id }],
    facts: {},
    provenance: { inputs: [], toolchain: null, commands: [] },
  };
  const report = (event) => void (event.type === 'warning' && console.log(event.message));
  const remotes = createRemotes({
    store,
    env: process.env,
    run: processFileName(),
    report,
    signal: undefined,
  });
  if (what === 'put') {
    const copy = join(storePath, 'incoming');
    await placeFile(file, copy);
    await adoptFile(store, copy);
  }
  const began = performance.now();
  if (what === 'put') await remotes.offer(manifest, 'results');
  else if (!(await remotes.bring(manifest.files))) console.log('it was not brought');
  await remotes.finish();
  console.log(`result ${(performance.now() - began) / 1000}`);
}

/** The least that Node can do: the bytes of an answer into a file, which is flushed. */
async function bareGet([url, file, target]) {
  const { sha256 } = await hashed(file);
  const began = performance.now();
  const [answer] = await once(
    get(`${url}/cas/${sha256}`, { headers: { authorization: `Bearer ${process.env.NX_GGUF_REMOTE_TOKEN}` } }),
    'response',
  );
  if (answer.statusCode !== 200) throw new Error(`the server answered ${answer.statusCode}`);
  await pipeline(answer, createWriteStream(target, { flush: true, highWaterMark: 4 << 20 }));
  console.log(`result ${(performance.now() - began) / 1000}`);
}

async function startServer(directory) {
  const config = `${directory}.json`;
  writeFileSync(config, JSON.stringify({ port: 0, directory, maxNxEntryBytes: 2 ** 40, logLevel: 'warn' }));
  const child = spawn(
    process.execPath,
    [join(root, 'tools/cache-server/bin/nx-gguf-cache-server.mjs'), '--config', config],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const text = await new Promise((resolve, reject) => {
    let printed = '';
    child.once('exit', () => reject(new Error('the server ended')));
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (/listens on .*\n/.test(printed)) resolve(printed);
    });
  });
  return {
    child,
    url: /listens on (\S+),/.exec(text)[1],
    token: readFileSync(join(directory, 'first-token'), 'utf8').trim(),
    peakMib: () => peakMib(child.pid),
  };
}

/** Runs a program to its end: its time, or the one that it tells, and the peak of its memory. */
async function run(program, args, { cwd, env = {} }) {
  const began = performance.now();
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', ...env },
  });
  let output = '';
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, peakMib(child.pid))), 50);
  createInterface({ input: child.stdout }).on('line', (line) => (output += `${line}\n`));
  const [code] = await once(child, 'close');
  clearInterval(timer);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${output}`);
  const told = /^result (\S+)$/m.exec(output)?.[1];
  const elsewise = output
    .split('\n')
    .filter((line) => told !== undefined && line !== '' && !line.startsWith('result '));
  if (elsewise.length > 0) throw new Error(elsewise.join('\n'));
  return {
    seconds: told === undefined ? (performance.now() - began) / 1000 : Number(told),
    peakMib: peak,
    output,
    result: Number(told),
  };
}

function show(name, { seconds, peakMib: clientMib, serverMib, diskBytes }, goals = []) {
  const parts = [`${seconds.toFixed(2)} s`];
  if (clientMib !== undefined) parts.push(`client ${clientMib.toFixed(0)} MiB`);
  if (serverMib !== undefined) parts.push(`server ${serverMib.toFixed(0)} MiB`);
  if (diskBytes !== undefined) parts.push(`${(diskBytes / 2 ** 30).toFixed(2)} GiB on disk`);
  const missed = goals.filter((goal) => goal !== true);
  if (missed.length > 0) parts.push(`MISSED, ${missed.join(', ')}`);
  console.log(`${name}: ${parts.join(', ')}`);
}

function nxWorkspace(directory, file) {
  mkdirSync(join(directory, 'thing'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'package.json'), '{"name":"bare","private":true}');
  writeFileSync(join(directory, '.gitignore'), 'node_modules\n.nx\ndist\n');
  writeFileSync(
    join(directory, 'nx.json'),
    '{"analytics":false,"neverConnectToCloud":true,"cacheDirectory":".nx/cache","maxCacheSize":"0"}',
  );
  writeFileSync(
    join(directory, 'thing/project.json'),
    JSON.stringify({
      name: 'thing',
      targets: {
        build: {
          executor: 'nx:run-commands',
          cache: true,
          outputs: ['{workspaceRoot}/dist/thing'],
          options: { commands: ['mkdir -p dist/thing', `cp ${file} dist/thing/model.gguf`], parallel: false },
        },
      },
    }),
  );
  return directory;
}

/** Writes random bytes and flushes them; the seconds that the writing took. */
function writeFile(path, sizeBytes) {
  const part = randomFillSync(Buffer.alloc(16 << 20));
  const handle = openSync(path, 'w');
  const began = performance.now();
  for (let at = 0; at < sizeBytes; at += part.length) {
    // No two parts alike: nothing on the way can make it smaller.
    part.writeDoubleLE(at, 0);
    writeSync(handle, part, 0, Math.min(part.length, sizeBytes - at));
  }
  fsyncSync(handle);
  closeSync(handle);
  return (performance.now() - began) / 1000;
}

async function hashed(path) {
  const { hashFile } = await import(join(plugin, 'files/hash-file.js'));
  return hashFile(path);
}

function peakMib(pid) {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Bytes of the files below a directory, each once however many names it has. */
function sizeOf(directory) {
  const seen = new Map();
  if (!existsSync(directory)) return 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, blocks } = statSync(join(entry.parentPath, entry.name));
    seen.set(ino, blocks * 512);
  }
  return [...seen.values()].reduce((total, bytes) => total + bytes, 0);
}
