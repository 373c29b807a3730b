#!/usr/bin/env node
// Strangers and hostile tokens of pull requests attack a cache server at once, while trusted readers read small
// entries, each on a connection of its own, and check every byte. Usage: attack-server.mjs [seconds] [strangers]
// [tokens]; needs Linux and `npm run build`. It prints what the readers saw, and the memory of the server; it
// fails when a read failed or had wrong bytes. Times are printed, and judged by people: they are the machine's.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');
const server = join(root, 'tools/cache-server');
const [{ issueToken }, { changeTokens }] = await Promise.all(
  ['auth/token', 'auth/token-file'].map((path) => import(join(server, `dist/${path}.js`))),
);
const [seconds = 20, strangers = 1000, hostile = 20] = process.argv.slice(2).map(Number);
const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-attack-'));
const mib = 2 ** 20;
const tookMs = [];
const healthMs = [];
const counts = { strangersOpened: 0, strangersClosed: 0, hostileRequests: 0, reads: 0 };
const failures = [];
const hostileStatuses = {};
let isOver = false;
const { child, url, host } = await start();
const [trusted, ...tokens] = await makeTokens();
const samples = [];
const timer = setInterval(() => samples.push(residentMib()), 200);

try {
  const entries = Array.from({ length: 50 }, (_, index) => randomBytes(1024 + 200 * index));
  const large = randomBytes(4 * mib);
  for (const body of [...entries, large]) {
    const { status } = await send('PUT', `/cas/${sha256(body)}`, { token: trusted, body });
    if (status !== 201) throw new Error(`an entry was answered with ${status}`);
  }
  const attack = [
    ...Array.from({ length: strangers }, (_, index) => stranger(index)),
    ...tokens.flatMap((token) => [
      announce(token),
      nested(token),
      ...Array.from({ length: 5 }, () => slowBody(token)),
      ...Array.from({ length: 5 }, () => slowReader(token, sha256(large))),
    ]),
  ];
  await sleep(1000);
  const end = performance.now() + seconds * 1000;
  await Promise.all([...Array.from({ length: 8 }, () => reader(entries, end)), probe(end)]);
  isOver = true;
  clearInterval(timer);
  const metrics = (await send('GET', '/metrics', { token: trusted })).body.toString();
  console.log(
    JSON.stringify(
      {
        ...counts,
        failed: failures.length,
        readMs: { p50: quantile(tookMs, 0.5), p99: quantile(tookMs, 0.99), most: quantile(tookMs, 1) },
        healthMs: {
          p50: quantile(healthMs, 0.5),
          p99: quantile(healthMs, 0.99),
          most: quantile(healthMs, 1),
        },
        peakMib: Math.round(Math.max(...samples)),
        hostileStatuses,
        closed: Object.fromEntries(
          [...metrics.matchAll(/^nx_gguf_cache_connections_closed_total\{reason="(\w+)"\} (\d+)/gm)].map(
            ([, reason, count]) => [reason, Number(count)],
          ),
        ),
      },
      null,
      1,
    ),
  );
  if (failures.length > 0) throw new Error(`reads failed: ${[...new Set(failures)].slice(0, 5).join('; ')}`);
  void attack;
} finally {
  clearInterval(timer);
  child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
process.exit();

/** Opens a connection again and again, in one of five ways that cost the server most. */
async function stranger(index) {
  const begin = [
    'GET /health HTTP/1.1\r\nHost: x\r\nX-Half: ',
    'GET /health HTTP/1.1\r\nHost: x\r\n\r\n',
    '',
    `PUT /cas/${'0'.repeat(64)} HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\nx`,
    'GET /stats HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20),
  ][index % 5];
  for (; !isOver; await sleep(50 + 200 * Math.random())) {
    counts.strangersOpened++;
    const socket = connect(host);
    socket.on('error', () => undefined).resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(begin);
    const drops = setInterval(() => socket.write(index % 5 === 0 || index % 5 === 3 ? 'x' : ''), 1000);
    if (index % 50 === 0) setTimeout(() => socket.resetAndDestroy(), 500);
    await closed;
    clearInterval(drops);
    counts.strangersClosed++;
  }
}

/** Announces uploads and sends no byte. */
async function announce(token) {
  for (; !isOver; await sleep(20))
    await attempt(
      send('POST', '/uploads', {
        token,
        headers: {
          'tus-resumable': '1.0.0',
          'upload-length': mib,
          'upload-metadata': `sha256 ${Buffer.from(sha256(randomBytes(8))).toString('base64')}`,
        },
      }),
    );
}

/** Sends manifests that are nested deeply. */
async function nested(token) {
  const body = Buffer.from(`{"facts":${'['.repeat(2 * mib - 10)}${']'.repeat(2 * mib - 10)}}`);
  for (; !isOver; await sleep(20))
    await attempt(send('PUT', `/ac/${sha256(randomBytes(8))}`, { token, body }));
}

/** Announces a body, and sends it by drops. */
async function slowBody(token) {
  for (; !isOver; await sleep(100)) {
    const socket = connect(host);
    socket.on('error', () => undefined).resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `PUT /cas/${sha256(randomBytes(8))} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100000\r\n\r\n`,
    );
    const drops = setInterval(() => socket.write('x'), 500);
    counts.hostileRequests++;
    await closed;
    clearInterval(drops);
  }
}

/** Asks for a blob, and takes hardly anything of it. */
async function slowReader(token, digest) {
  for (; !isOver; await sleep(100)) {
    const socket = connect(host);
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`GET /cas/${digest} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    const drops = setInterval(() => socket.read(1), 500);
    counts.hostileRequests++;
    await closed;
    clearInterval(drops);
  }
}

async function reader(entries, endMs) {
  while (performance.now() < endMs) {
    const body = entries[Math.floor(Math.random() * entries.length)];
    const began = performance.now();
    try {
      const reply = await send('GET', `/cas/${sha256(body)}`, { token: trusted });
      if (reply.status !== 200 || !reply.body.equals(body)) failures.push(`status ${reply.status}`);
    } catch (error) {
      failures.push(error.code ?? error.message);
    }
    tookMs.push(performance.now() - began);
    counts.reads++;
    await sleep(5);
  }
}

async function probe(endMs) {
  while (performance.now() < endMs) {
    const began = performance.now();
    try {
      const { status } = await send('GET', '/health', { token: null });
      if (status !== 200) failures.push(`health ${status}`);
    } catch (error) {
      failures.push(`health ${error.code ?? error.message}`);
    }
    healthMs.push(performance.now() - began);
    await sleep(200);
  }
}

async function attempt(sent) {
  counts.hostileRequests++;
  const status = await sent.then(
    (reply) => reply.status,
    (error) => error.code ?? error.message,
  );
  hostileStatuses[status] = (hostileStatuses[status] ?? 0) + 1;
}

/** A request on a connection of its own. */
function send(method, path, { token, body, headers = {} }) {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, {
      method,
      agent: false,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-length': body.length }),
        ...headers,
      },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
    });
    sent.end(body);
  });
}

async function start() {
  const config = join(directory, 'config.json');
  mkdirSync(join(directory, 'server'));
  writeFileSync(
    config,
    JSON.stringify({ port: 0, directory: 'server', maxBytes: 256 * mib, logLevel: 'silent' }),
  );
  const started = spawn(
    process.execPath,
    [join(server, 'bin/nx-gguf-cache-server.mjs'), '--config', config],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let printed = '';
  for await (const chunk of started.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    printed += chunk;
    if (/listens on .*\n/.test(printed)) break;
  }
  started.stdout.resume();
  const base = /listens on (\S+),/.exec(printed)[1];
  const { hostname, port } = new URL(base);
  return { child: started, url: base, host: { host: hostname, port: Number(port) } };
}

/** A token that is trusted, and those of pull requests. */
async function makeTokens() {
  const issued = Array.from({ length: hostile + 1 }, (_, index) =>
    issueToken(
      { scopes: ['read', 'write'], namespace: index === 0 ? 'trusted' : `pr-${index}` },
      randomBytes,
    ),
  );
  await changeTokens(join(directory, 'server/tokens.json'), (known) => ({
    tokens: [...known, ...issued.map(({ record }) => record)],
    result: undefined,
  }));
  return issued.map(({ token }) => token);
}

function residentMib() {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
