// Stands for llama-perplexity where how it behaves matters, and not what it computes. The first argument says
// how, as JSON: a base pass writes made logits, a variant pass reads what comes, and prints a recorded
// comparison if that was all of it.
import { appendFileSync, closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { basename } from 'node:path';

const [how, ...args] = process.argv.slice(2);
const {
  shape,
  recorded,
  log,
  dies,
  says,
  silent,
  prints,
  stopsAtBytes = Infinity,
  brokenFrom = Infinity,
  broken = 'nan',
  perplexity = '666.9421',
} = JSON.parse(how);
const value = (flag) => args[args.indexOf(flag) + 1];
const isVariant = args.includes('--kl-divergence');
appendFileSync(log, `${isVariant ? basename(value('-m')) : 'base'}\n`);
const path = value('--kl-divergence-base');
if (dies === 'long after it closed') {
  sleep(200);
  const file = openSync(path, 'w');
  writeSync(file, '_logits_');
  closeSync(file);
  sleep(300);
}
if (says !== undefined) process.stderr.write(`${says}\n`);
if (dies === 'long after it closed') process.exit(0);
if (dies === 'before it opens') process.kill(process.pid, 'SIGKILL');
if (dies === 'with 0 before it opens') process.exit(0);

const row = Buffer.alloc((2 * Math.ceil(shape.vocabulary / 2) + 4) * 2, 7);
const rows = shape.chunks * (shape.ctx - 1 - Math.floor(shape.ctx / 2));
const head = Buffer.alloc(20 + shape.ctx * shape.chunks * 4);
head.write('_logits_', 'latin1');
head.writeUInt32LE(shape.ctx, 8);
head.writeInt32LE(shape.vocabulary, 12);
head.writeInt32LE(shape.chunks, 16);
const total = head.length + rows * row.length;

if (isVariant) read();
else write();

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function write() {
  const file = openSync(path, 'w');
  process.stdout.write(
    `perplexity: calculating perplexity over ${shape.chunks} chunks, n_ctx=${shape.ctx}\n`,
  );
  let count = 0;
  for (const [index, bytes] of [head, ...Array(rows).fill(row)].entries()) {
    if (count >= stopsAtBytes) {
      if (dies === 'while it runs') process.kill(process.pid, 'SIGKILL');
      if (dies === 'never') return void setInterval(() => undefined, 1000);
      process.exit(0);
    }
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    count += bytes.length;
    const chunk = index / (rows / shape.chunks);
    if (index > 0 && Number.isInteger(chunk))
      process.stdout.write(`[${chunk}]${chunk >= brokenFrom ? broken : '666.9421'},`);
  }
  closeSync(file);
  if (!silent)
    process.stdout.write(
      brokenFrom <= shape.chunks
        ? '\nUnexpected negative standard deviation of log(prob)\n'
        : `\nFinal estimate: PPL = ${perplexity} +/- 1.00000\n`,
    );
}

function read() {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(1 << 16);
  let count = 0;
  for (let got = -1; got !== 0;) {
    if (count >= stopsAtBytes && prints !== undefined) process.stdout.write(prints);
    if (count >= stopsAtBytes && dies === 'while it runs') process.kill(process.pid, 'SIGKILL');
    if (count >= stopsAtBytes && dies === 'never') setInterval(() => undefined, 1000).ref();
    if (count >= stopsAtBytes && dies === 'never') return;
    got = readSync(file, buffer);
    count += got;
  }
  if (count !== total)
    process.stderr.write(
      count < 8
        ? `kl_divergence: ${path} does not look like a file containing log-probabilities\n`
        : 'kl_divergence: failed reading log-probs for chunk 1\n',
    );
  else if (!silent) process.stdout.write(readFileSync(recorded, 'utf8'));
}
