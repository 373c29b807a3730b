#!/usr/bin/env node
// What reuse of tensors saves on a model of the real Qwen3.5-0.8B's shape, side by side with stock
// llama-quantize, with an importance matrix and the reference rules, as in models/qwen35-08b: (a) the rules
// applied when a plain Q4_K_M exists, (b) Q5_K_M added when Q4_K_M and Q6_K exist, (c) nothing to do. Every
// file is compared with the stock tool's. Each run of ours is a process of its own, timed from start to end.
// Time, CPU, written bytes and the peak of the largest process are those of the whole tree of processes,
// llama-quantize among them. `floor` is the CPU time that stock llama-quantize needs for the tensors that
// exist nowhere yet, as part of the full run's: no way of reusing tensors is below it. CPU ratios hold on a
// busy machine as well; wall times do not. Usage: requantize.mjs [--no-imatrix] [--quick] [--keep DIR];
// --quick stops after (a)
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { peakMemoryBytes } from '../dev/peak-memory.mjs';
import { writeQwen35 } from './qwen35-08b-shape.mjs';
import { toolchain } from './toolchain.mjs';

const root = join(import.meta.dirname, '../..');
const plugin = join(root, 'plugins/nx-gguf/build');
const modelName = 'model.gguf';
const rules = readFileSync(join(root, 'models/qwen35-08b/tensor_types.txt'), 'utf8');

// Runs a command and waits for it, and for what it started: what the kernel then knows of them is exact.
const meter = `
import json, resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.run(sys.argv[2:]).returncode
seconds = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
try:
    written = int(dict(line.split(': ') for line in open('/proc/self/io'))['wchar'])
except OSError:
    written = 0
peak = used.ru_maxrss // (1024 if sys.platform == 'darwin' else 1)
json.dump({'ms': seconds * 1000, 'cpuMs': (used.ru_utime + used.ru_stime) * 1000, 'peakKib': peak, 'bytesWritten': written}, open(sys.argv[1], 'w'))
sys.exit(code)
`;

if (process.argv[2] === '--one') await one(JSON.parse(process.argv[3]));
else await bench(process.argv.slice(2));

async function bench(args) {
  const keep = args.includes('--keep') ? args[args.indexOf('--keep') + 1] : undefined;
  const directory = keep ?? mkdtempSync(join(tmpdir(), 'nx-gguf-requantize-'));
  mkdirSync(directory, { recursive: true });
  try {
    const tools = toolchain(plugin);
    const model = join(directory, modelName);
    if (!existsSync(model))
      await writeQwen35(model, { vocabulary: join(tools.source, 'models/ggml-vocab-qwen2.gguf'), plugin });
    const imatrix = args.includes('--no-imatrix')
      ? null
      : await writeImatrix(join(directory, 'imatrix.gguf'), model);
    console.log(
      `model: ${gib(statSync(model).size)}${imatrix === null ? '' : ', with an importance matrix'}; load of this machine: ${loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')}`,
    );
    const base = { directory, tool: join(tools.bin, 'llama-quantize'), imatrix };
    rmSync(join(directory, 'store'), { recursive: true, force: true });
    // A file that changed just now is hashed again when it is used.
    await sleep(5000);
    const planned = runOurs({ ...base, ftype: 'Q4_K_M', rules, planOnly: true });
    console.log(
      `plan of Q4_K_M with rules, from the header to every tensor's reason: ${seconds(planned.planMs)} s (cpu ${seconds(planned.planCpuMs)} s, ${planned.tensors} tensors, two dry runs)`,
    );
    rmSync(join(directory, 'store'), { recursive: true });

    const stock = (variant) => runStock({ ...base, ...variant });
    const ours = (variant) => runOurs({ ...base, ...variant });
    const rows = [];
    const notes = [];
    const compare = async (label, variant, limit) => {
      const full = await stock(variant);
      const reused = ours(variant);
      const ratio = reused.ms / full.ms;
      const floor = reused.toolCpuMs / full.cpuMs;
      rows.push({
        case: label,
        'stock s': seconds(full.ms),
        'ours s': seconds(reused.ms),
        ratio: ratio.toFixed(3),
        floor: floor.toFixed(3),
        limit: limit ?? '',
        'stock cpu': seconds(full.cpuMs),
        'ours cpu': seconds(reused.cpuMs),
        'cpu ratio': (reused.cpuMs / full.cpuMs).toFixed(3),
        computed: reused.computed,
        reused: reused.reused,
        'stock wrote': gib(full.bytesWritten),
        'ours wrote': gib(reused.bytesWritten),
        'stock peak MiB': mib(full.peakKib),
        'ours peak MiB': mib(reused.peakKib),
        'without tools': mib(reused.ownPeakKib),
        identical: full.sha256 === reused.sha256,
      });
      if (limit !== undefined && ratio > limit)
        notes.push(
          `${label}: ${ratio.toFixed(3)} is above ${limit}; llama-quantize alone takes ${floor.toFixed(3)} of the full run's CPU time for the tensors that exist nowhere`,
        );
      return full.sha256 === reused.sha256 && (limit === undefined || ratio <= limit);
    };
    const cases = [
      ['first variant: Q4_K_M, nothing to reuse', { ftype: 'Q4_K_M' }],
      ['(a) reference rules on an existing Q4_K_M', { ftype: 'Q4_K_M', rules }, 1 / 8],
      ['Q6_K, beside Q4_K_M', { ftype: 'Q6_K', rules }],
      ['(b) Q5_K_M, beside Q4_K_M and Q6_K', { ftype: 'Q5_K_M', rules }, 0.6],
      ['(c) Q5_K_M again: nothing to do', { ftype: 'Q5_K_M', rules }],
      [
        'Q5_K_M with other metadata: all tensors known',
        { ftype: 'Q5_K_M', rules, overrideKv: ['general.name=str:another'] },
      ],
      ['plain Q5_K_M, beside plain Q4_K_M and Q6_K with rules', { ftype: 'Q5_K_M' }],
    ];
    const results = [];
    for (const [label, variant, limit] of args.includes('--quick') ? cases.slice(0, 2) : cases)
      results.push(await compare(label, variant, limit));
    console.table(rows);
    for (const note of notes) console.log(note);
    if (rows.some(({ identical }) => !identical))
      console.error('a file differs from that of stock llama-quantize');
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
    modelName,
    'out/v.gguf',
    variant.ftype,
  ];
  const measured = metered([tool, ...args], { cwd: work, directory });
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(work, 'out/v.gguf'), { highWaterMark: 4 << 20 }), hash);
  rmSync(work, { recursive: true, force: true });
  return { ...measured, sha256: hash.digest('hex') };
}

function runOurs(variant) {
  const { stdout, ...measured } = metered(
    [process.execPath, import.meta.filename, '--one', JSON.stringify(variant)],
    { cwd: variant.directory, directory: variant.directory },
  );
  return { ...measured, ...JSON.parse(stdout) };
}

/**
 * Time, CPU time, written bytes (Linux only) and the peak memory of the largest process of a command and all
 * that it starts. Mapped files count as memory.
 */
function metered(command, { cwd, directory }) {
  const result = join(directory, 'measured.json');
  const { status, stdout, stderr } = spawnSync('python3', ['-c', meter, result, ...command], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr.slice(-2000));
  return { stdout, ...JSON.parse(readFileSync(result, 'utf8')) };
}

/** One variant through the plugin's own step, in a process of its own. */
async function one({
  directory,
  tool,
  ftype,
  rules: ruleText = null,
  overrideKv,
  imatrix,
  planOnly = false,
}) {
  const { runCached } = await import(`${plugin}/steps/run-cached.js`);
  const { quantizeStep } = await import(`${plugin}/steps/quantize/quantize.js`);
  const { dryRunOf, dryRunStep } = await import(`${plugin}/steps/quantize/dry-run.js`);
  const { ggufHeaderStep, modelHeaders } = await import(`${plugin}/steps/gguf/gguf-header.js`);
  const { openStore } = await import(`${plugin}/store/store.js`);
  const { findBlob } = await import(`${plugin}/store/blobs.js`);
  const { referToFile } = await import(`${plugin}/store/external.js`);
  const { noRemotes } = await import(`${plugin}/remote/create-remotes.js`);
  const { runTool } = await import(`${plugin}/toolchain/run-tool.js`);
  const store = await openStore(join(directory, 'store'));
  const model = { name: modelName, ...(await referToFile(store, join(directory, modelName))) };
  const matrix = imatrix === null ? null : { name: 'imatrix.gguf', ...(await referToFile(store, imatrix)) };
  const messages = [];
  let toolCpuMs = 0;
  const timed = async (run) => {
    const cpu = childrenCpuMs();
    const result = await runTool(run);
    if (!run.args.includes('--dry-run')) toolCpuMs += childrenCpuMs() - cpu;
    return result;
  };
  const effects = {
    store,
    remotes: noRemotes(store),
    runTool: timed,
    threads: undefined,
    signal: undefined,
    report: (event) => {
      if (event.type !== 'progress') messages.push(event.message);
    },
    tools: { llama: async () => tool },
    resolve: (file) => findBlob(store, file),
  };
  const settings = { ftype, ...(overrideKv === undefined ? {} : { overrideKv }) };
  const toolchain = { build: 'bench' };
  const [planStart, planCpu] = [performance.now(), totalCpuMs()];
  const headers = modelHeaders((await runCached(ggufHeaderStep([model]), effects, true)).manifest);
  const dry = await runCached(
    dryRunStep({
      headers,
      bring: async () => {},
      settings,
      rules: ruleText,
      hasImatrix: matrix !== null,
      toolchain,
    }),
    effects,
    false,
  );
  if (planOnly) {
    const { quantizationPlan } = await import(`${plugin}/quant/plan/tensor-plan.js`);
    const { parseTensorTypes } = await import(`${plugin}/quant/rules/tensor-types.js`);
    const stock = await runCached(
      dryRunStep({
        headers,
        bring: async () => {},
        settings,
        rules: null,
        hasImatrix: matrix !== null,
        toolchain,
      }),
      effects,
      false,
    );
    const { tensors } = quantizationPlan({
      rules: parseTensorTypes(ruleText ?? '').rules,
      options: settings,
      actual: dryRunOf(dry.manifest),
      stock: dryRunOf(stock.manifest),
    });
    return console.log(
      JSON.stringify({
        planMs: performance.now() - planStart,
        planCpuMs: totalCpuMs() - planCpu,
        tensors: tensors.length,
      }),
    );
  }
  const expected = { format: 1, ftype, tensors: dryRunOf(dry.manifest).tensors };
  const { manifest, origin } = await runCached(
    quantizeStep({
      name: 'v',
      settings,
      rules: ruleText,
      model: [model],
      imatrix: matrix,
      expected,
      toolchain,
    }),
    effects,
    true,
  );
  const total = Object.values(manifest.facts.tensorTypes).filter((type) => type !== 'f32').length;
  const told = /(\d+) of (\d+) quantized tensors are in the store/.exec(messages.join('\n'));
  const reused = origin === 'store' ? total : Number(told?.[1] ?? 0);
  console.log(
    JSON.stringify({
      sha256: manifest.files[0].sha256,
      reused,
      toolCpuMs,
      computed: Number(told?.[2] ?? total) - reused,
      ownPeakKib: peakMemoryBytes() / 1024,
    }),
  );
}

/**
 * CPU time of all children that ended, in ms; on Linux only. It tells work from waiting on a busy machine.
 */
function childrenCpuMs() {
  if (!existsSync('/proc/self/stat')) return Number.NaN;
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** CPU time of this process and of its children that ended, in ms. */
function totalCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + childrenCpuMs();
}

async function writeImatrix(path, model) {
  const { readGgufFile } = await import(`${plugin}/files/gguf-file.js`);
  const { composeGguf } = await import(`${plugin}/gguf/compose.js`);
  const { tensors } = await readGgufFile(model);
  const weighted = tensors.filter(({ type, name }) => type === 'bf16' && name !== 'token_embd.weight');
  const parts = weighted.flatMap(({ name, shape }) => [
    { name: `${name}.in_sum2`, shape: [shape[0]], type: 'f32' },
    { name: `${name}.counts`, shape: [1], type: 'f32' },
  ]);
  const string = (text) =>
    Buffer.concat([
      Buffer.from(new BigUint64Array([BigInt(Buffer.byteLength(text))]).buffer),
      Buffer.from(text),
    ]);
  const int = (value) => Buffer.from(new Uint32Array([value]).buffer);
  const long = (value) => Buffer.from(new BigUint64Array([BigInt(value)]).buffer);
  const metadata = Buffer.concat([
    string('general.type'),
    int(8),
    string('imatrix'),
    string('imatrix.datasets'),
    int(9),
    int(8),
    long(1),
    string('bench.txt'),
    string('imatrix.chunk_count'),
    int(4),
    int(16),
    string('imatrix.chunk_size'),
    int(4),
    int(512),
  ]);
  const { header, places, sizeBytes } = composeGguf({
    version: 3,
    alignment: 32,
    keyCount: 4,
    metadata,
    tensors: parts,
  });
  const bytes = Buffer.alloc(sizeBytes);
  bytes.set(header);
  for (const { offset, length } of places)
    for (let at = 0; at < length; at += 4)
      bytes.writeFloatLE(length === 4 ? 8192 : 1 + ((at * 2654435761) % 997) / 100, offset + at);
  writeFileSync(path, bytes);
  return path;
}

function seconds(ms) {
  return (ms / 1000).toFixed(2);
}

function mib(kib) {
  return Math.round(kib / 1024);
}

function gib(bytes) {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
