#!/usr/bin/env node
// The attackers of attack-server.mjs, in a process of their own: what they cost is not in what readers see. The
// parent sends whom to attack, and with what; asked to stop, they tell what they did.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sender, sha256 } from './sender.mjs';

const mib = 2 ** 20;
const counts = { strangersOpened: 0, strangersClosed: 0, hostileRequests: 0 };
const hostileStatuses = {};
let isOver = false;
let host;
let send;

process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  if (message === 'stop') {
    isOver = true;
    process.send({ ...counts, hostileStatuses }, () => process.exit());
    return;
  }
  const { url, strangers, tokens, large } = message;
  const { hostname, port } = new URL(url);
  host = { host: hostname, port: Number(port) };
  send = sender(url);
  for (let index = 0; index < strangers; index++) void stranger(index);
  for (const token of tokens) {
    void announce(token);
    void nested(token);
    for (let index = 0; index < 5; index++) {
      void slowBody(token);
      void slowReader(token, large);
    }
  }
});

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
    // Paused: it takes what it asks for alone.
    socket.on('error', () => undefined).pause();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`GET /cas/${digest} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    const drops = setInterval(() => socket.read(1), 500);
    counts.hostileRequests++;
    await closed;
    clearInterval(drops);
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
