#!/usr/bin/env node
// Sixteen clients share results over one cache server that is too small for all of them, so that it evicts
// all the time: each looks for one, brings it where it is known, else makes and uploads it; every byte is
// checked. No request may fail, none may be refused for want of room, and its memory must not grow. Usage:
// load-server.mjs [minutes] [seed]; needs Linux and `npm run build`.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';

const root = join(import.meta.dirname, '../..');
const plugin = join(root, 'plugins/nx-gguf/build');
const [
  { seededRandom },
  { createRemotes },
  { openStore },
  { adoptFile, discardBlob, findBlob },
  { forgetAction, putAction },
] = await Promise.all(
  ['core/seeded-random', 'remote/create-remotes', 'store/store', 'store/blobs', 'store/actions'].map(
    (path) => import(join(plugin, `${path}.js`)),
  ),
);
const minutes = Number(process.argv[2] ?? 5);
const random = seededRandom(Number(process.argv[3] ?? 16));
const clients = 16;
const results = 200;
const maxBytes = 160 << 20;
const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-load-'));
const counts = { turns: 0, made: 0, brought: 0, evictedMeanwhile: 0, mib: 0 };
const tookMs = { made: [], brought: [] };
const server = await startServer();
const samples = [];
const warnings = new Set();
const timer = setInterval(() => samples.push(residentMib()), 250);

try {
  await fill();
  const endMs = performance.now() + minutes * 60_000;
  await Promise.all(Array.from({ length: clients }, (_, index) => work(index, endMs)));
  clearInterval(timer);
  const metrics = await (
    await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.token}` } })
  ).text();
  const total = (name) => Number(new RegExp(`^nx_gguf_cache_${name} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0);
  const quarter = (first) =>
    Math.max(
      ...samples.slice(Math.floor(samples.length * first), Math.floor(samples.length * (first + 0.25)) + 1),
    );
  const memory = {
    secondQuarterMib: quarter(0.25),
    lastQuarterMib: quarter(0.75),
    peakMib: Math.max(...samples),
  };
  // No failures: a blob went while its manifest was on its way, so it is sent again; another client sent the
  // same one meanwhile; a client of a machine with too much to do lost patience, and asked again. Where that
  // did not help it warns.
  const errors = Object.fromEntries(
    [...metrics.matchAll(/^nx_gguf_cache_errors_total\{code="(\w+)"\} (\d+)/gm)].map(([, code, count]) => [
      code,
      Number(count),
    ]),
  );
  const {
    BLOBS_MISSING: _sentAgain,
    BLOB_EXISTS: _sentByOther,
    CLIENT_GONE: _askedAgain,
    ...failed
  } = errors;
  console.log(
    JSON.stringify({
      clients,
      minutes,
      ...counts,
      mib: Math.round(counts.mib),
      medianMs: { made: median(tookMs.made), brought: median(tookMs.brought) },
      evictedMib: Math.round(total('evicted_bytes_total') / 2 ** 20),
      errors,
      memory,
    }),
  );
  if (warnings.size > 0) throw new Error(`clients were told: ${[...warnings].join('; ')}`);
  if (Object.keys(failed).length > 0)
    throw new Error(`requests failed: ${JSON.stringify(failed)}\n${server.log.join('\n')}`);
  if (total('evicted_bytes_total') === 0) throw new Error('nothing was evicted');
  if (memory.peakMib > 200) throw new Error('the server took more than 200 MiB');
  if (memory.lastQuarterMib > memory.secondQuarterMib + 40) throw new Error("the server's memory grew");
} finally {
  clearInterval(timer);
  server.child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

/**
 * Fills the server almost to where it evicts, so that it does so from the first turns on, however slow the
 * machine is.
 */
async function fill() {
  for (let part = 0; part < 18; part++) {
    const body = contentOf(`filler ${part}`, 8 << 20);
    const { status } = await fetch(`${server.url}/cas/${createHash('sha256').update(body).digest('hex')}`, {
      method: 'PUT',
      body,
      headers: { authorization: `Bearer ${server.token}` },
    });
    if (status !== 201) throw new Error(`the filler was answered with ${status}`);
  }
}

async function work(index, endMs) {
  const store = await openStore(join(directory, `client-${index}`));
  for (let turn = 0; performance.now() < endMs; turn++) {
    const report = (event) => {
      if (event.type === 'warning') warnings.add(event.message.replace(server.url, 'the server'));
    };
    const remotes = createRemotes({
      store,
      env: { NX_GGUF_REMOTE: server.url, NX_GGUF_REMOTE_TOKEN: server.token },
      run: `${index}-${turn}`,
      report,
      signal: undefined,
    });
    const result = resultOf(Math.floor(random() * results));
    const began = performance.now();
    const found = await remotes.findAction(result.expected);
    if (found === null) await make(store, remotes, result);
    else if (await remotes.bring(found.files)) await check(store, found.files);
    else counts.evictedMeanwhile++;
    await remotes.finish();
    tookMs[found === null ? 'made' : 'brought'].push(performance.now() - began);
    counts[found === null ? 'made' : 'brought']++;
    counts.turns++;
    counts.mib += result.sizeBytes / 2 ** 20;
    await forgetAction(store, result.expected.actionKey);
    for (const { sha256 } of found?.files ?? result.files ?? []) await discardBlob(store, sha256);
  }
}

async function make(store, remotes, result) {
  const path = join(store.root, 'made');
  const bytes = contentOf(result.name, result.sizeBytes);
  writeFileSync(path, bytes);
  result.files = [{ name: 'model.gguf', ...(await adoptFile(store, path)) }];
  const { step, actionKey } = result.expected;
  const manifest = {
    format: 1,
    step,
    actionKey,
    files: result.files,
    facts: {},
    provenance: { inputs: [], toolchain: null, commands: [] },
  };
  await putAction(store, manifest);
  await remotes.offer(manifest);
}

async function check(store, files) {
  for (const file of files) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(await findBlob(store, file)), hash);
    if (hash.digest('hex') !== file.sha256) throw new Error('wrong bytes were brought');
  }
}

/**
 * One of the results: its size is some kilobytes for most, some megabytes for a few, above and below what is
 * sent in one request.
 */
function resultOf(index) {
  const name = `result ${index}`;
  const actionKey = createHash('sha256').update(name).digest('hex');
  return {
    name,
    sizeBytes: Math.round(2 ** (10 + (13.5 * ((index * 37) % results)) / results)),
    expected: { step: 'quantize', actionKey, inputs: [], toolchain: null },
  };
}

function contentOf(name, sizeBytes) {
  const part = createHash('sha512').update(name).digest();
  return Buffer.alloc(sizeBytes, part);
}

async function startServer() {
  const config = join(directory, 'config.json');
  writeFileSync(
    config,
    JSON.stringify({
      port: 0,
      directory: 'server',
      maxBytes,
      graceMinutes: 0,
      logLevel: 'error',
      requestsPerMinute: 1_000_000,
    }),
  );
  mkdirSync(join(directory, 'server'));
  const child = spawn(
    process.execPath,
    [join(root, 'tools/cache-server/bin/nx-gguf-cache-server.mjs'), '--config', config],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  child.once('exit', (code) => {
    if (code !== null) process.exitCode = 1;
  });
  let printed = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    printed += chunk;
    if (/listens on .*\n/.test(printed)) break;
  }
  const log = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (log.length < 20) log.push(line);
  });
  const token = readFileSync(join(directory, 'server/first-token'), 'utf8').trim();
  return { child, log, url: /listens on (\S+),/.exec(printed)[1], token };
}

function residentMib() {
  return (
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1] ?? 0) /
    1024
  );
}

function median(values) {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}
