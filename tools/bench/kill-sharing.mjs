#!/usr/bin/env node
// Kills processes that make, bring and share artifacts over our server, at random moments with a fixed seed,
// and every tenth time the server as well. After each kill: no store has a damaged blob, and whatever the
// server answers is whole. In the end each machine runs to its end, and a fresh one gets everything without
// making anything. Usage: kill-sharing.mjs [kills] [seed]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');
const plugin = join(root, 'plugins/nx-gguf/build');
const program = join(root, 'plugins/nx-gguf/src/remote/testing/share-until-killed.mjs');
const { seededRandom } = await import(`${plugin}/core/seeded-random.js`);
const { createRemotes } = await import(`${plugin}/remote/create-remotes.js`);
const { openStore } = await import(`${plugin}/store/store.js`);
const { verifyStore } = await import(`${plugin}/store/verify.js`);
const { findAction } = await import(`${plugin}/store/actions.js`);
const { listActions } = await import(`${plugin}/store/usage.js`);

const kills = Number(process.argv[2] ?? 200);
const random = seededRandom(Number(process.argv[3] ?? 6));
const actions = 4;
const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-kill-'));
const stores = ['one', 'two'].map((name) => join(directory, name));
let server = await startServer(0);
const tally = { clients: 0, servers: 0, actionsRead: 0 };

try {
  for (let round = 0; tally.clients < kills; round++) {
    const clients = stores.map((store, index) => client(store, round * 2 + index));
    await Promise.all(
      clients.map(async (child) => {
        await child.line();
        await sleep(random() * 2500);
        child.kill();
        await child.ended;
        tally.clients++;
      }),
    );
    if (round % 10 === 9) {
      server.child.kill('SIGKILL');
      await once(server.child, 'close');
      tally.servers++;
      server = await startServer(server.port);
    }
    for (const store of stores) await requireSound(store);
    if (round % 5 === 4) await requireWhole(`round ${round}`);
    process.stdout.write(
      `\r${tally.clients} clients and ${tally.servers} servers killed, ${tally.actionsRead} shared results read in full`,
    );
  }
  for (const store of stores) await toTheEnd(store);
  const runs = await toTheEnd(join(directory, 'fresh'));
  if (runs !== 'runs 0') throw new Error(`a fresh machine had to make something: ${runs}`);
  console.log(
    '\nnothing half-published, nothing wrong read; a fresh machine got all results without making one',
  );
} finally {
  server.child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

function client(store, first, ...more) {
  const child = spawn(
    process.execPath,
    [program, plugin, store, server.base, String(actions), String(first), ...more],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NX_GGUF_REMOTE_TOKEN: server.token } },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    line: async () => (await lines.next()).value,
    kill: () => child.kill('SIGKILL'),
    ended: once(child, 'close'),
  };
}

async function toTheEnd(store) {
  const child = client(store, 0, 'once');
  await child.line();
  const runs = await child.line();
  const [code] = await child.ended;
  if (code !== 0) throw new Error(`the last run over ${store} ended with ${code}`);
  return runs;
}

/** Nothing in a store is damaged, and locks of the killed are as old as after ten seconds. */
async function requireSound(root) {
  for (const name of existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : []) {
    if (!name.endsWith('.lock')) continue;
    const info = statSync(join(root, name), { throwIfNoEntry: false });
    if (info) utimesSync(join(root, name), info.atime, new Date(info.mtimeMs - 11_000));
  }
  const { damagedBlobs, damagedActions } = await verifyStore(await openStore(root), { repair: false });
  if (damagedBlobs.length + damagedActions.length > 0)
    throw new Error(
      `damage in ${root}: ${[...damagedBlobs, ...damagedActions.map(({ key }) => key)].join(', ')}`,
    );
}

/** Each result that the server answers with has all of its files, with the right bytes. */
async function requireWhole(name) {
  const store = await openStore(join(directory, 'reader', name));
  const remotes = createRemotes({
    store,
    env: { NX_GGUF_REMOTE: `${server.base}#read-only`, NX_GGUF_REMOTE_TOKEN: server.token },
    run: name,
    signal: undefined,
    report: (event) => {
      if (event.type === 'warning') throw new Error(event.message);
    },
  });
  for (const root of stores) {
    const known = await openStore(root);
    for await (const { digest } of listActions(known)) {
      const manifest = await findAction(known, digest);
      const answer = await remotes.findAction({
        step: manifest.step,
        actionKey: digest,
        inputs: manifest.provenance.inputs,
        toolchain: manifest.provenance.toolchain,
      });
      if (answer === null) continue;
      if (!(await remotes.bring(answer.files)))
        throw new Error(`the server names a result of ${digest} without all of its files`);
      tally.actionsRead++;
    }
  }
  await remotes.finish();
  rmSync(store.root, { recursive: true, force: true });
}

async function startServer(port) {
  const child = spawn(
    process.execPath,
    [
      join(root, 'tools/cache-server/bin/nx-gguf-cache-server.mjs'),
      '--directory',
      join(directory, 'server'),
      '--port',
      String(port),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  for (let turn = 0; turn < 400 && !/listens on .*\n/.test(printed); turn++) await sleep(25);
  const base = /listens on (http:\/\/[\d.:]+)/.exec(printed)?.[1];
  if (base === undefined) throw new Error(`the server did not start: ${printed}`);
  return {
    child,
    base,
    port: new URL(base).port,
    token: readFileSync(join(directory, 'server/first-token'), 'utf8').trim(),
  };
}
