#!/usr/bin/env node
// Strangers and hostile tokens of pull requests attack a cache server at once, while trusted readers read small
// entries and check every byte: on connections that they keep, as clients do, and one on a new connection each
// time. Usage: attack-server.mjs [seconds] [strangers] [tokens]; needs Linux and `npm run build`. It prints what
// the readers saw, and the memory of the server; it fails when a read failed or had wrong bytes. Times are
// printed, and judged by people: they are the machine's.
import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sender, sha256 } from './sender.mjs';

const root = join(import.meta.dirname, '../..');
const server = join(root, 'tools/cache-server');
const [{ issueToken }, { changeTokens }] = await Promise.all(
  ['auth/token', 'auth/token-file'].map((path) => import(join(server, `dist/${path}.js`))),
);
const [seconds = 20, strangers = 1000, hostile = 20] = process.argv.slice(2).map(Number);
const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-attack-'));
const mib = 2 ** 20;
const tookMs = { kept: [], anew: [] };
const healthMs = [];
const failures = [];
const { child, url } = await start();
const send = sender(url);
const agent = new Agent({ keepAlive: true });
const readersSend = { kept: sender(url, agent), anew: send };
const [trusted, ...tokens] = await makeTokens();

try {
  const entries = Array.from({ length: 50 }, (_, index) => randomBytes(1024 + 200 * index));
  const large = randomBytes(4 * mib);
  for (const body of [...entries, large]) {
    const { status } = await send('PUT', `/cas/${sha256(body)}`, { token: trusted, body });
    if (status !== 201) throw new Error(`an entry was answered with ${status}`);
  }
  const attackers = fork(join(import.meta.dirname, 'attackers.mjs'));
  attackers.send({ url, strangers, tokens, large: sha256(large) });
  await sleep(1000);
  const end = performance.now() + seconds * 1000;
  await Promise.all([
    ...Array.from({ length: 8 }, () => reader('kept', entries, end)),
    reader('anew', entries, end),
    probe(end),
  ]);
  attackers.send('stop');
  const [attacked] = await once(attackers, 'message');
  const metrics = (await send('GET', '/metrics', { token: trusted })).body.toString();
  console.log(
    JSON.stringify(
      {
        ...attacked,
        reads: tookMs.kept.length + tookMs.anew.length,
        failed: failures.length,
        keptReadMs: quantiles(tookMs.kept),
        newReadMs: quantiles(tookMs.anew),
        healthMs: quantiles(healthMs),
        peakMib: memoryMib('VmHWM'),
        restMib: memoryMib('VmRSS'),
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
} finally {
  child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
process.exit();

async function reader(kind, entries, endMs) {
  while (performance.now() < endMs) {
    const body = entries[Math.floor(Math.random() * entries.length)];
    const began = performance.now();
    try {
      const reply = await readersSend[kind]('GET', `/cas/${sha256(body)}`, { token: trusted });
      if (reply.status !== 200 || !reply.body.equals(body)) failures.push(`status ${reply.status}`);
    } catch (error) {
      failures.push(error.code ?? error.message);
    }
    tookMs[kind].push(performance.now() - began);
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
  return { child: started, url: base };
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

/** What the kernel says of the memory of the server: `VmRSS` now, `VmHWM` at most. */
function memoryMib(field) {
  const [, kib] = new RegExp(`${field}:\\s+(\\d+) kB`).exec(
    readFileSync(`/proc/${child.pid}/status`, 'utf8'),
  );
  return Math.round(Number(kib) / 1024);
}

function quantiles(values) {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), most: quantile(values, 1) };
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}
