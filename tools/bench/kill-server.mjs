#!/usr/bin/env node
// Kills the cache server with SIGKILL again and again while clients put blobs and manifests, whole and resumable, and now
// and then break off themselves. After each kill: what was acknowledged is there, what is there is whole, no manifest
// names what is not. Usage: kill-server.mjs [kills] [seed]; needs `npm run build`. 200 kills take some minutes.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';

/** What the server may not do, as against what a kill does to a connection. */
class Wrong extends Error {}

const kills = Number(process.argv[2] ?? 200);
const random = seeded(Number(process.argv[3] ?? 20));
const command = join(import.meta.dirname, '../cache-server/dist/bin/nx-gguf-cache-server.js');
const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-kill-'));
const contents = Array.from({ length: 30 }, (_, index) => content(index));
const actions = contents.map((_, index) => manifest(index));
const acknowledged = { blobs: new Set(), actions: new Set() };
/** Places of uploads that were begun, by the index of the content. */
const begun = new Map();
const counts = { kills: 0, acknowledgedBlobs: 0, acknowledgedActions: 0, resumed: 0, brokenOff: 0, misses: 0 };
let url = '';
let token = '';
let isKilled = false;
let running = null;
process.once('exit', () => running?.kill('SIGKILL'));

try {
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ port: 0, logLevel: 'silent', directory: 'data', maxBytes: 1 << 30 }));
  for (; counts.kills < kills; counts.kills++) {
    const server = await start();
    await check();
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
  for (let index = 0; index < contents.length; index++) await put(index);
  for (let index = 0; index < actions.length; index++) await putAction(index);
  await check();
  for (const { digest, bytes } of contents) require(sha256(await bodyOf(`/cas/${digest}`)) === digest && bytes.length > 0, 'a blob is not what its name says');
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
  const staged = readdirSync(join(directory, 'data/staging'));
  require(staged.length === 0, `left behind: ${staged.join(', ')}`);
  const blobs = readdirSync(join(directory, 'data/blobs'), { recursive: true }).filter((name) => /\/[0-9a-f]{64}$/.test(name));
  require(blobs.length === contents.length, `${blobs.length} blobs of ${contents.length}`);
  console.log(JSON.stringify(counts));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function start() {
  const child = spawn(process.execPath, [command, '--config', join(directory, 'config.json')], { stdio: ['ignore', 'pipe', 'inherit'] });
  running = child;
  await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the server ended')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      token = /: (nxg_\S+)/.exec(line)?.[1] ?? token;
      url = /listens on (\S+),/.exec(line)?.[1] ?? url;
      if (token !== '' && url !== '' && line !== '') resolve();
    });
  });
  return child;
}

/** Puts and reads until the server is killed. */
async function work() {
  while (!isKilled) {
    const index = Math.floor(random() * contents.length);
    try {
      if (random() < 0.5) await put(index, random() < 0.1 ? AbortSignal.timeout(Math.floor(random() * 20)) : undefined);
      else await putAction(index);
    } catch (error) {
      if (error instanceof Wrong) throw error;
      // The connection broke; a moment, so that nobody spins while the server dies.
      await after(5);
    }
  }
}

async function put(index, signal) {
  const { digest, bytes } = contents[index];
  if (signal !== undefined) counts.brokenOff++;
  if (random() < 0.5 || begun.has(index)) await upload(index, signal);
  else require((await send('PUT', `/cas/${digest}`, { body: bytes, signal })).ok, 'a blob was refused');
  acknowledged.blobs.add(index);
  counts.acknowledgedBlobs++;
}

async function upload(index, signal) {
  const { digest, bytes } = contents[index];
  const tus = { 'tus-resumable': '1.0.0' };
  let place = begun.get(index);
  let offset = null;
  if (place !== undefined) {
    const { status, headers } = await send('HEAD', place, { headers: tus });
    if (status === 200) {
      offset = Number(headers.get('upload-offset'));
      counts.resumed++;
    }
  }
  if (offset === null) {
    if ((await send('HEAD', `/cas/${digest}`)).ok) return void begun.delete(index);
    const created = await send('POST', '/uploads', { headers: { ...tus, 'upload-length': bytes.length, 'upload-metadata': `sha256 ${Buffer.from(digest).toString('base64')}` } });
    if (created.status === 409) return;
    require(created.status === 201, `an upload was refused: ${created.status}`);
    place = created.headers.get('location');
    begun.set(index, place);
    offset = 0;
  }
  while (offset < bytes.length) {
    const part = bytes.subarray(offset, offset + 400_000);
    const { status } = await send('PATCH', place, { body: part, signal, headers: { ...tus, 'upload-offset': offset, 'content-type': 'application/offset+octet-stream' } });
    // Another client goes on with the same upload, or has finished it.
    if (status === 404 || status === 409) throw new Error('not mine any more');
    require(status === 204, `a part was refused: ${status}`);
    offset += part.length;
  }
  begun.delete(index);
}

async function putAction(index) {
  const { status } = await send('PUT', `/ac/${actions[index].actionKey}`, { body: JSON.stringify(actions[index]) });
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
    require(status === 200 || !acknowledged.actions.has(index), `action ${index} was acknowledged and is gone`);
    if (status === 200) for (const { sha256: digest } of files) require((await send('HEAD', `/cas/${digest}`)).ok, `action ${index} names a blob that is not there`);
  }
  const { digest } = contents[Math.floor(random() * contents.length)];
  const some = await send('GET', `/cas/${digest}`);
  if (some.ok) require(sha256(some.body) === digest, 'a blob is not what its name says');
}

async function bodyOf(path) {
  return (await send('GET', path)).body;
}

async function send(method, path, { headers = {}, body, signal } = {}) {
  const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}`, ...headers }, body, signal });
  return { ok: response.ok, status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

function content(index) {
  const length = 20_000 + Math.floor(random() * 1_500_000);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  return { index, digest: sha256(bytes), bytes };
}

function manifest(index) {
  const files = [0, 1, 2].map((step) => contents[(index + step) % contents.length]).map(({ digest, bytes }, step) => ({ name: `file-${step}`, sha256: digest, sizeBytes: bytes.length }));
  return { format: 1, step: 'quantize', actionKey: sha256(Buffer.from(`action ${index}`)), files, facts: {}, provenance: { inputs: [], toolchain: null, commands: [] } };
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function require(isSo, problem) {
  if (!isSo) throw new Wrong(problem);
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
