#!/usr/bin/env node
// Kills the cache server with SIGKILL again and again while clients put blobs and manifests, whole and
// resumable, fetch what they lost, and now and then break off themselves; what was broken off goes on where
// it stopped, also after a kill. There is always something new to send. After each kill: what was
// acknowledged is there, what is there is whole, no manifest names what is not. Usage: kill-server.mjs
// [kills] [seed]; needs `npm run build`. 200 kills take some minutes.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';

/** What the server may not do, as against what a kill does to a connection. */
class Wrong extends Error {}

const kills = Number(process.argv[2] ?? 200);
const random = seeded(Number(process.argv[3] ?? 20));
const command = join(import.meta.dirname, '../cache-server/bin/nx-gguf-cache-server.mjs');
const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-kill-'));
const mostMs = 60_000 + kills * 15_000;
const contents = Array.from({ length: 30 }, () => content());
const actions = contents.map((_, index) => manifest(index));
/** Digests of all that was ever sent. */
const sent = new Set(contents.map(({ digest }) => digest));
const acknowledged = { blobs: new Set(), actions: new Set() };
/** Uploads that were begun, by the index of the content: where, and before which kill. */
const begun = new Map();
/** What the clients have of each content, whole or the first part; they lose it again. */
const local = new Map();
const counts = {
  kills: 0,
  acknowledgedBlobs: 0,
  acknowledgedActions: 0,
  resumedUploads: 0,
  resumedUploadsAfterKill: 0,
  fetched: 0,
  resumedFetches: 0,
  lost: 0,
  brokenOff: 0,
  misses: 0,
};
let url = '';
let token = '';
let isKilled = false;
let running = null;
process.once('exit', () => running?.kill('SIGKILL'));
const late = setTimeout(() => fail(new Error(`it takes longer than ${mostMs} ms`)), mostMs);

try {
  writeFileSync(
    join(directory, 'config.json'),
    JSON.stringify({ port: 0, logLevel: 'silent', directory: 'data', maxBytes: 1 << 30 }),
  );
  for (; counts.kills < kills; counts.kills++) {
    const server = await start();
    await check();
    renew();
    isKilled = false;
    const clients = Array.from({ length: 4 }, () => work());
    await after(5 + random() * 400);
    isKilled = true;
    server.kill('SIGKILL');
    await Promise.all([once(server, 'exit'), ...clients]);
    if (counts.kills % 20 === 19) console.error(`${counts.kills + 1} kills`);
  }
  const server = await start();
  await check();
  // The next run is right: everything is put, and nothing else is left.
  isKilled = false;
  for (let index = 0; index < contents.length; index++) while (!(await put(index)));
  for (let index = 0; index < actions.length; index++) await putAction(index);
  await check();
  for (const { digest } of contents)
    require(sha256(await bodyOf(`/cas/${digest}`)) === digest, 'a blob is not what its name says');
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
  const staged = readdirSync(join(directory, 'data/staging'));
  require(staged.length === 0, `left behind: ${staged.join(', ')}`);
  const blobs = readdirSync(join(directory, 'data/blobs'), { recursive: true }).filter((name) =>
    /\/[0-9a-f]{64}$/.test(name),
  );
  for (const name of blobs)
    require(sent.has(name.slice(-64)) &&
      sha256(readFileSync(join(directory, 'data/blobs', name))) ===
        name.slice(-64), `${name} is not what its name says`);
  require(counts.resumedUploads > 0 && counts.resumedFetches > 0, 'nothing went on where it stopped');
  console.log(JSON.stringify(counts));
} finally {
  clearTimeout(late);
  rmSync(directory, { recursive: true, force: true });
}

async function start() {
  const child = spawn(process.execPath, [command, '--config', join(directory, 'config.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the server ended')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      url = /listens on (\S+),/.exec(line)?.[1] ?? url;
      if (url !== '' && line !== '') resolve();
    });
  });
  token = readFileSync(join(directory, 'data/first-token'), 'utf8').trim();
  return child;
}

/** Some contents are new, and with them the manifests that name them. */
function renew() {
  for (let turn = 0; turn < 4; turn++) {
    const index = Math.floor(random() * contents.length);
    contents[index] = content();
    sent.add(contents[index].digest);
    acknowledged.blobs.delete(index);
    begun.delete(index);
    local.delete(index);
    for (const named of [0, 1, 2].map((step) => (index - step + contents.length) % contents.length)) {
      actions[named] = manifest(named);
      acknowledged.actions.delete(named);
    }
  }
}

/** Goes on with what was begun, then puts and reads until the server is killed. */
async function work() {
  const before = [...begun.keys()];
  while (!isKilled) {
    const index = before.pop() ?? Math.floor(random() * contents.length);
    try {
      const choice = begun.has(index) ? 0 : random();
      if (choice < 0.4)
        await put(index, random() < 0.1 ? AbortSignal.timeout(Math.floor(random() * 20)) : undefined);
      else if (choice < 0.7) await fetchBlob(wanted() ?? index);
      else await putAction(index);
    } catch (error) {
      if (error instanceof Wrong) throw error;
      // The connection broke; a moment, so that nobody spins while the server dies.
      await after(5);
    }
  }
}

/** Whether all of it was put: its sender may break off. */
async function put(index, signal) {
  const { digest, bytes } = contents[index];
  if (signal !== undefined) counts.brokenOff++;
  if (random() < 0.6 || begun.has(index)) {
    if (!(await upload(index, signal))) return false;
  } else require((await send('PUT', `/cas/${digest}`, { body: bytes, signal })).ok, 'a blob was refused');
  acknowledged.blobs.add(index);
  counts.acknowledgedBlobs++;
  return true;
}

/** Whether the blob is there now. */
async function upload(index, signal) {
  const { digest, bytes } = contents[index];
  const tus = { 'tus-resumable': '1.0.0' };
  let place = begun.get(index);
  let offset = null;
  if (place !== undefined) {
    const { status, headers } = await send('HEAD', place.path, { headers: tus });
    if (status === 200) offset = Number(headers.get('upload-offset'));
    if (offset > 0) {
      counts.resumedUploads++;
      if (place.kills < counts.kills) counts.resumedUploadsAfterKill++;
    }
  }
  if (offset === null) {
    begun.delete(index);
    if ((await send('HEAD', `/cas/${digest}`)).ok) return true;
    const created = await send('POST', '/uploads', {
      headers: {
        ...tus,
        'upload-length': bytes.length,
        'upload-metadata': `sha256 ${Buffer.from(digest).toString('base64')}`,
      },
    });
    if (created.status === 409) return true;
    require(created.status === 201, `an upload was refused: ${created.status}`);
    place = { path: created.headers.get('location'), kills: counts.kills };
    begun.set(index, place);
    offset = 0;
  }
  while (offset < bytes.length) {
    if (offset > 0 && random() < 0.2) {
      counts.brokenOff++;
      return false;
    }
    const part = bytes.subarray(offset, offset + 400_000);
    const { status } = await send('PATCH', place.path, {
      body: part,
      signal,
      headers: { ...tus, 'upload-offset': offset, 'content-type': 'application/offset+octet-stream' },
    });
    // Another client goes on with the same upload, or has finished it.
    if (status === 404 || status === 409) throw new Error('not mine any more');
    require(status === 204, `a part was refused: ${status}`);
    offset += part.length;
  }
  begun.delete(index);
  return true;
}

/** What to fetch: what is here in part, else anything that is there. */
function wanted() {
  const partial = [...local].find(
    ([index, { length }]) => length > 0 && length < contents[index].bytes.length,
  );
  const known = [...acknowledged.blobs];
  return partial?.[0] ?? known[Math.floor(random() * known.length)];
}

/** Brings what is not here, from where it stopped; what is here gets lost. */
async function fetchBlob(index) {
  const { digest, bytes } = contents[index];
  const had = local.get(index) ?? Buffer.alloc(0);
  if (had.length === bytes.length) {
    local.delete(index);
    counts.lost++;
    return;
  }
  const stopAt = random() < 0.4 ? Math.floor(random() * bytes.length) : Infinity;
  const response = await fetch(`${url}/cas/${digest}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(had.length === 0 ? {} : { range: `bytes=${had.length}-`, 'if-range': `"${digest}"` }),
    },
  });
  if (response.status === 404) {
    require(!acknowledged.blobs.has(index), `blob ${index} was acknowledged and is gone`);
    return void (await response.arrayBuffer());
  }
  require(response.status === (had.length === 0 ? 200 : 206), `a blob was answered with ${response.status}`);
  let now = had;
  try {
    for await (const chunk of response.body) {
      now = Buffer.concat([now, chunk]);
      if (now.length >= stopAt) {
        counts.brokenOff++;
        break;
      }
    }
  } finally {
    local.set(index, now);
  }
  if (now.length < bytes.length) return;
  if (had.length > 0) counts.resumedFetches++;
  counts.fetched++;
  require(sha256(now) === digest, 'wrong bytes were brought');
}

async function putAction(index) {
  const { status } = await send('PUT', `/ac/${actions[index].actionKey}`, {
    body: JSON.stringify(actions[index]),
  });
  if (status === 409) return;
  require(status === 200, `a manifest was refused: ${status}`);
  acknowledged.actions.add(index);
  counts.acknowledgedActions++;
}

/** What was acknowledged is there; what is there is whole. */
async function check() {
  for (const [index, { digest, bytes }] of contents.entries()) {
    const { status, headers } = await send('HEAD', `/cas/${digest}`);
    require(status === 200 || !acknowledged.blobs.has(index), `blob ${index} was acknowledged and is gone`);
    if (status === 404) counts.misses++;
    else require(Number(headers.get('content-length')) === bytes.length, `blob ${index} is not whole`);
  }
  for (const [index, { actionKey, files }] of actions.entries()) {
    const { status } = await send('GET', `/ac/${actionKey}`);
    require(status === 200 ||
      !acknowledged.actions.has(index), `action ${index} was acknowledged and is gone`);
    if (status === 200)
      for (const { sha256: digest } of files)
        require((await send('HEAD', `/cas/${digest}`)).ok, `action ${index} names a blob that is not there`);
  }
  const { digest } = contents[Math.floor(random() * contents.length)];
  const some = await send('GET', `/cas/${digest}`);
  if (some.ok) require(sha256(some.body) === digest, 'a blob is not what its name says');
}

async function bodyOf(path) {
  return (await send('GET', path)).body;
}

async function send(method, path, { headers = {}, body, signal } = {}) {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
    signal,
  });
  return {
    ok: response.ok,
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function content() {
  const length = 20_000 + Math.floor(random() * 1_500_000);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  return { digest: sha256(bytes), bytes };
}

function manifest(index) {
  const files = [0, 1, 2]
    .map((step) => contents[(index + step) % contents.length])
    .map(({ digest, bytes }, step) => ({ name: `file-${step}`, sha256: digest, sizeBytes: bytes.length }));
  return {
    format: 1,
    step: 'quantize',
    actionKey: sha256(Buffer.from(`action ${index} ${files.map((file) => file.sha256).join()}`)),
    files,
    facts: {},
    provenance: { inputs: [], toolchain: null, commands: [] },
  };
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function require(isSo, problem) {
  if (!isSo) throw new Wrong(problem);
}

/** Ends at once, and cleans up. */
function fail(error) {
  console.error(error);
  running?.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.exit(1);
}

/** The same choices each time (mulberry32); when they meet the server still depends on the machine. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
