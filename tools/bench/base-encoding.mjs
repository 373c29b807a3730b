#!/usr/bin/env node
// What a kept base costs: ratio and speed of the encoding, both ways, beside general compressors on the same
// bytes. With files: base files of llama-perplexity, of real models if you have some. Without: a base of the
// embedded model, made here by the real tool (near the worst case: a random model rates all tokens alike, so
// hardly a value is at the floor), and a synthetic one of a model that knows language. Usage:
// base-encoding.mjs [base file...]
import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createDeflateRaw,
  createInflateRaw,
} from 'node:zlib';
import { createHash } from 'node:crypto';
import { root } from '../dev/run.mjs';

const { decodeBase, encodeBase } = await import(
  join(root, 'plugins/nx-gguf/build/kld/base/base-encoding.js')
);
const { baseHead, baseRowBytes } = await import(join(root, 'plugins/nx-gguf/build/kld/base/base-format.js'));
const { seededRandom } = await import(join(root, 'plugins/nx-gguf/build/core/seeded-random.js'));

const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-base-encoding-'));
try {
  const files = process.argv.slice(2);
  const rows = [];
  for (const file of files.length > 0 ? files : [embedded(), await synthetic()])
    rows.push(...(await measured(file)));
  console.table(rows);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measured(file) {
  const quality = (level) => ({ params: { [constants.BROTLI_PARAM_QUALITY]: level } });
  const contestants = [
    ['nx-gguf', (raw) => encodeBase(raw), (kept) => decodeBase(kept)],
    [
      'deflate, level 1',
      (raw) => raw.pipe(createDeflateRaw({ level: 1 })),
      (kept) => kept.pipe(createInflateRaw()),
    ],
    [
      'brotli, quality 1',
      (raw) => raw.pipe(createBrotliCompress(quality(1))),
      (kept) => kept.pipe(createBrotliDecompress()),
    ],
  ];
  const { size } = statSync(file);
  const expected = (await timed(read(file))).digest;
  const rows = [];
  for (const [encoding, encode, decode] of contestants) {
    const kept = join(directory, 'kept');
    const encoded = await timed(encode(read(file)), kept);
    const decoded = await timed(decode(read(kept)));
    if (decoded.digest !== expected) throw new Error(`${encoding}: ${file} came back as other bytes`);
    const rate = ({ cpuSeconds }) => Math.round(size / 1e6 / cpuSeconds);
    rows.push({
      base: basename(file),
      'raw MB': Math.round(size / 1e6),
      encoding,
      ratio: (size / statSync(kept).size).toFixed(2),
      'encode MB/s of CPU': rate(encoded),
      'decode MB/s of CPU': rate(decoded),
      'encode s': encoded.seconds.toFixed(2),
      'decode s': decoded.seconds.toFixed(2),
    });
  }
  return rows;
}

/**
 * Runs a stream to its end, into a file or into a hash. The CPU time is that of all threads, reading, writing
 * and hashing included.
 */
async function timed(stream, file) {
  const hash = createHash('sha256');
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  if (file !== undefined)
    await pipeline(stream instanceof Readable ? stream : Readable.from(stream), createWriteStream(file));
  else for await (const piece of stream) hash.update(piece);
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    digest: file === undefined ? hash.digest('hex') : null,
  };
}

function read(file) {
  return createReadStream(file, { highWaterMark: 1 << 20 });
}

/** The base of the embedded model over four chunks of a text without sense. */
function embedded() {
  const toolchains =
    process.env.NX_GGUF_TOOLCHAINS ??
    join(
      process.env.NX_GGUF_STORE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nx-gguf'),
      'toolchains',
    );
  const tool = existsSync(toolchains)
    ? readdirSync(toolchains)
        .map((name) => join(toolchains, name, 'llama-perplexity'))
        .find(existsSync)
    : undefined;
  const model = join(root, 'dist/tiny-qwen35/tiny-qwen35-BF16.gguf');
  if (tool === undefined || !existsSync(model))
    throw new Error(
      'Run `npx nx run tiny-qwen35:materialize` first: it makes the embedded model and llama.cpp.',
    );
  const [text, base] = [join(directory, 'text.txt'), join(directory, 'tiny-qwen35.kld')];
  const random = seededRandom(1);
  writeFileSync(text, Array.from({ length: 4000 }, () => Math.floor(random() * 1e6).toString(36)).join(' '));
  const { status, stderr } = spawnSync(
    tool,
    ['--offline', '-m', model, '-f', text, '-c', '512', '--chunks', '4', '--kl-divergence-base', base],
    { encoding: 'utf8' },
  );
  if (status !== 0 || !existsSync(base)) throw new Error(`llama-perplexity failed:\n${stderr}`);
  return base;
}

/**
 * Made, not measured: logits of the bulk are normal with a deviation of 2.5 nats; the largest is 20.6 ± 1.7
 * nats above their mean, and 200 runners-up lie evenly between. That puts about 95 % of the vocabulary below
 * the tool's floor of 16 nats, as it was in a base of Gemma 3 270M (Q4_K_M) over English text. Rows are
 * quantized as tools/perplexity/perplexity.cpp does.
 */
async function synthetic() {
  const shape = { ctx: 512, vocabulary: 151_936, chunks: 3 };
  const file = join(directory, 'synthetic.kld');
  const random = seededRandom(2);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const bulk = Float32Array.from({ length: 1 << 20 }, () => 2.5 * normal());
  await pipeline(
    Readable.from(
      (function* () {
        yield baseHead(shape);
        yield new Uint8Array(
          Int32Array.from({ length: shape.ctx * shape.chunks }, () => Math.floor(random() * shape.vocabulary))
            .buffer,
        );
        for (let row = 0; row < shape.chunks * 255; row += 1) {
          const [from, largest] = [Math.floor(random() * bulk.length), 20.6 + 1.7 * normal()];
          const logits = Float32Array.from(
            { length: shape.vocabulary },
            (_, token) => bulk[(from + token) % bulk.length],
          );
          for (let close = 0; close < 200; close += 1)
            logits[Math.floor(random() * logits.length)] = largest * (close === 0 ? 1 : random());
          yield quantizedRow(logits, baseRowBytes(shape));
        }
      })(),
    ),
    createWriteStream(file),
  );
  return file;
}

function quantizedRow(logits, rowBytes) {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const smallest = Math.max(
    logits.reduce((a, b) => Math.min(a, b)),
    largest - 16,
  );
  const scale = (largest - smallest) / 65_535;
  const row = new Uint16Array(rowBytes / 2);
  new Float32Array(row.buffer, 0, 2).set([scale, smallest - largest]);
  for (let token = 0; token < logits.length; token += 1)
    row[token + 4] = logits[token] > smallest ? Math.round((logits[token] - smallest) / scale) : 0;
  return new Uint8Array(row.buffer);
}
