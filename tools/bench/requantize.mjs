#!/usr/bin/env node
// What reuse of tensors saves on a model of the real Qwen3.5-0.8B's shape, side by side with stock llama-quantize, with an
// importance matrix and the reference rules, as in models/qwen35-08b:
//   (a) the rules applied when a plain Q4_K_M exists, (b) Q5_K_M added when Q4_K_M and Q6_K exist, (c) nothing to do.
// Every file is compared with the stock tool's. Each run of ours is a process of its own, timed from start to end.
// Usage: requantize.mjs [--no-imatrix] [--keep DIR]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeQwen35 } from './qwen35-08b-shape.mjs';

const root = join(import.meta.dirname, '../..');
const plugin = join(root, 'plugins/nx-gguf/dist');
const modelName = 'model.gguf';
const rules = readFileSync(join(root, 'models/qwen35-08b/tensor_types.txt'), 'utf8');

if (process.argv[2] === '--one') await one(JSON.parse(process.argv[3]));
else await bench(process.argv.slice(2));

async function bench(args) {
  const keep = args.includes('--keep') ? args[args.indexOf('--keep') + 1] : undefined;
  const directory = keep ?? mkdtempSync(join(tmpdir(), 'nx-gguf-requantize-'));
  mkdirSync(directory, { recursive: true });
  try {
    const tools = toolchain();
    const model = join(directory, modelName);
    if (!existsSync(model)) await writeQwen35(model, { vocabulary: join(tools.source, 'models/ggml-vocab-qwen2.gguf'), plugin });
    const imatrix = args.includes('--no-imatrix') ? null : await writeImatrix(join(directory, 'imatrix.gguf'), model);
    console.log(`model: ${gib(statSync(model).size)}${imatrix === null ? '' : ', with an importance matrix'}`);
    const base = { directory, tool: join(tools.bin, 'llama-quantize'), imatrix };
    rmSync(join(directory, 'store'), { recursive: true, force: true });

    const stock = (variant) => runStock({ ...base, ...variant });
    const ours = (variant) => runOurs({ ...base, ...variant });
    const rows = [];
    const notes = [];
    const compare = async (label, variant, limit) => {
      const full = await stock(variant);
      const reused = ours(variant);
      const ratio = reused.ms / full.ms;
      rows.push({ case: label, 'stock s': seconds(full.ms), 'ours s': seconds(reused.ms), ratio: ratio.toFixed(3), limit: limit ?? '', 'tool s': seconds(reused.toolMs), 'stock cpu s': seconds(full.cpuMs), 'ours cpu s': seconds(reused.cpuMs), computed: reused.computed, reused: reused.reused, written: gib(reused.bytesWritten), 'peak MiB': Math.round(reused.peakKib / 1024), identical: full.sha256 === reused.sha256 });
      if (limit !== undefined && ratio > limit) notes.push(`${label}: ${ratio.toFixed(3)} is above ${limit}; llama-quantize alone took ${(reused.toolMs / full.ms).toFixed(3)} for the tensors that exist nowhere`);
      return full.sha256 === reused.sha256 && (limit === undefined || ratio <= limit);
    };
    const results = [
      await compare('first variant: Q4_K_M, nothing to reuse', { ftype: 'Q4_K_M' }),
      await compare('(a) reference rules on an existing Q4_K_M', { ftype: 'Q4_K_M', rules }, 1 / 8),
      await compare('Q6_K, beside Q4_K_M', { ftype: 'Q6_K', rules }),
      await compare('(b) Q5_K_M, beside Q4_K_M and Q6_K', { ftype: 'Q5_K_M', rules }, 0.6),
      await compare('(c) Q5_K_M again: nothing to do', { ftype: 'Q5_K_M', rules }),
      await compare('Q5_K_M with other metadata: all tensors known', { ftype: 'Q5_K_M', rules, overrideKv: ['general.name=str:another'] }),
      await compare('plain Q5_K_M, beside plain Q4_K_M and Q6_K with rules', { ftype: 'Q5_K_M' }),
    ];
    console.table(rows);
    for (const note of notes) console.log(note);
    if (rows.some(({ identical }) => !identical)) console.error('a file differs from that of stock llama-quantize');
    if (results.includes(false)) process.exitCode = 1;
  } finally {
    if (keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

async function runStock({ directory, tool, imatrix, ...variant }) {
  const work = join(directory, 'stock');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'out'), { recursive: true });
  symlinkSync(join(directory, modelName), join(work, modelName));
  if (imatrix !== null) symlinkSync(imatrix, join(work, 'imatrix.gguf'));
  if (variant.rules !== undefined) writeFileSync(join(work, 'tensor_types.txt'), variant.rules);
  const args = [
    ...(imatrix === null ? [] : ['--imatrix', 'imatrix.gguf']),
    ...(variant.rules === undefined ? [] : ['--tensor-type-file', 'tensor_types.txt']),
    ...(variant.overrideKv ?? []).flatMap((override) => ['--override-kv', override]),
    modelName, 'out/v.gguf', variant.ftype,
  ];
  const [start, cpu] = [performance.now(), childrenCpuMs()];
  const { status, stderr } = spawnSync(tool, args, { cwd: work, encoding: 'utf8', maxBuffer: 1 << 26 });
  const [ms, cpuMs] = [performance.now() - start, childrenCpuMs() - cpu];
  if (status !== 0) throw new Error(stderr.slice(-2000));
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(work, 'out/v.gguf'), { highWaterMark: 4 << 20 }), hash);
  rmSync(work, { recursive: true, force: true });
  return { ms, cpuMs, sha256: hash.digest('hex') };
}

function runOurs(variant) {
  const [start, cpu] = [performance.now(), childrenCpuMs()];
  const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, '--one', JSON.stringify(variant)], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const [ms, cpuMs] = [performance.now() - start, childrenCpuMs() - cpu];
  if (status !== 0) throw new Error(stderr);
  return { ms, cpuMs, ...JSON.parse(stdout) };
}

/** One variant through the plugin's own step, in a process of its own. */
async function one({ directory, tool, ftype, rules: ruleText = null, overrideKv, imatrix }) {
  const { perform } = await import(`${plugin}/steps/perform.js`);
  const { quantizeStep } = await import(`${plugin}/steps/quantize.js`);
  const { dryRunOf, dryRunStep } = await import(`${plugin}/steps/dry-run.js`);
  const { ggufHeaderStep, modelHeaders } = await import(`${plugin}/steps/gguf-header.js`);
  const { openStore } = await import(`${plugin}/store/store.js`);
  const { findBlob } = await import(`${plugin}/store/blobs.js`);
  const { referToFile } = await import(`${plugin}/store/external.js`);
  const { runTool } = await import(`${plugin}/toolchain/run-tool.js`);
  const store = await openStore(join(directory, 'store'));
  const model = { name: modelName, ...(await referToFile(store, join(directory, modelName))) };
  const matrix = imatrix === null ? null : { name: 'imatrix.gguf', ...(await referToFile(store, imatrix)) };
  const messages = [];
  let toolMs = 0;
  const timed = async (run) => {
    const start = performance.now();
    const result = await runTool(run);
    if (!run.args.includes('--dry-run')) toolMs += performance.now() - start;
    return result;
  };
  const effects = {
    store, runTool: timed, threads: undefined, signal: undefined,
    report: (event) => { if (event.type !== 'progress') messages.push(event.message); },
    tools: { llama: async () => tool },
    resolve: (file) => findBlob(store, file),
  };
  const settings = { ftype, ...(overrideKv === undefined ? {} : { overrideKv }) };
  const toolchain = { build: 'bench' };
  const headers = modelHeaders((await perform(ggufHeaderStep([model]), effects, true)).manifest);
  const dry = await perform(dryRunStep({ headers, bring: async () => {}, settings, rules: ruleText, hasImatrix: matrix !== null, toolchain }), effects, false);
  const expected = { format: 1, ftype, tensors: dryRunOf(dry.manifest).tensors };
  const { manifest, origin } = await perform(quantizeStep({ name: 'v', settings, rules: ruleText, model: [model], imatrix: matrix, expected, toolchain }), effects, true);
  const total = Object.values(manifest.facts.tensorTypes).filter((type) => type !== 'f32').length;
  const told = /(\d+) of (\d+) quantized tensors are in the store/.exec(messages.join('\n'));
  const reused = origin === 'store' ? total : Number(told?.[1] ?? 0);
  console.log(JSON.stringify({ sha256: manifest.files[0].sha256, reused, toolMs, computed: Number(told?.[2] ?? total) - reused, bytesWritten: bytesWritten(), peakKib: process.resourceUsage().maxRSS }));
}

/** CPU time of all children that ended, in ms; on Linux only. It tells work from waiting on a busy machine. */
function childrenCpuMs() {
  if (!existsSync('/proc/self/stat')) return Number.NaN;
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** What this process wrote to files; llama-quantize's own output is not in it. */
function bytesWritten() {
  return existsSync('/proc/self/io') ? Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))[1]) : 0;
}

async function writeImatrix(path, model) {
  const { readGgufFile } = await import(`${plugin}/steps/gguf-file.js`);
  const { composeGguf } = await import(`${plugin}/gguf/compose.js`);
  const { tensors } = await readGgufFile(model);
  const weighted = tensors.filter(({ type, name }) => type === 'bf16' && name !== 'token_embd.weight');
  const parts = weighted.flatMap(({ name, shape }) => [{ name: `${name}.in_sum2`, shape: [shape[0]], type: 'f32' }, { name: `${name}.counts`, shape: [1], type: 'f32' }]);
  const string = (text) => Buffer.concat([Buffer.from(new BigUint64Array([BigInt(Buffer.byteLength(text))]).buffer), Buffer.from(text)]);
  const int = (value) => Buffer.from(new Uint32Array([value]).buffer);
  const long = (value) => Buffer.from(new BigUint64Array([BigInt(value)]).buffer);
  const metadata = Buffer.concat([
    string('general.type'), int(8), string('imatrix'),
    string('imatrix.datasets'), int(9), int(8), long(1), string('bench.txt'),
    string('imatrix.chunk_count'), int(4), int(16),
    string('imatrix.chunk_size'), int(4), int(512),
  ]);
  const { header, places, sizeBytes } = composeGguf({ version: 3, alignment: 32, keyCount: 4, metadata, tensors: parts });
  const bytes = Buffer.alloc(sizeBytes);
  bytes.set(header);
  for (const { offset, length } of places) for (let at = 0; at < length; at += 4) bytes.writeFloatLE(length === 4 ? 8192 : 1 + ((at * 2654435761) % 997) / 100, offset + at);
  writeFileSync(path, bytes);
  return path;
}

function toolchain() {
  const place = process.env.NX_GGUF_TOOLCHAINS ?? join(process.env.NX_GGUF_STORE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nx-gguf'), 'toolchains');
  const find = (part, file) => {
    const found = readdirSync(place).filter((name) => name.startsWith(`${part}-`)).map((name) => join(place, name)).find((path) => existsSync(join(path, file)));
    if (found === undefined) throw new Error(`no ${part} of llama.cpp in ${place}: run \`npx nx run llama-cpp:${part}\` first`);
    return found;
  };
  if (!existsSync(join(plugin, 'steps/perform.js'))) throw new Error('build the plugin first: npm run build');
  return { bin: find('build', 'llama-quantize'), source: find('source', 'models/ggml-vocab-qwen2.gguf') };
}

function seconds(ms) {
  return (ms / 1000).toFixed(2);
}

function gib(bytes) {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
