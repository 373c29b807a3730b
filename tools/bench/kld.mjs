#!/usr/bin/env node
// Three variants measured against their unquantized model, side by side with the way people do it today: base
// logits into a file with stock llama-perplexity and all threads, then one run for each variant. Wall time,
// CPU time, the most bytes on disk and the most memory of all processes at once; and the statistics must be
// the same, digit for digit. Usage: kld.mjs [--rounds N] [--chunks N]; the tiny model takes part when
// `npx nx run tiny-qwen35:quantize` has made it.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { shareOfCores } from '../dev/share-of-cores.mjs';
import { writeQwen35 } from './qwen35-08b-shape.mjs';
import { storeRoot, toolchain } from './toolchain.mjs';

const root = join(import.meta.dirname, '../..');
const plugin = join(root, 'plugins/nx-gguf/build');
const variantTypes = ['Q4_K_M', 'Q5_K_M', 'Q6_K'];
const parameters = { ctx: 512, batch: 2048, ubatch: 512 };

if (process.argv[2] === '--ours') await ours(JSON.parse(process.argv[3]));
else await bench(process.argv.slice(2));

async function bench(args) {
  const number = (name, fallback) => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : fallback);
  const tools = toolchain(plugin);
  const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-kld-'));
  try {
    const cases = [tinyModel(), await cutModel(join(directory, 'cut'), tools)].filter((one) => one !== null);
    for (const one of cases) {
      const job = {
        ...one,
        chunks: number('--chunks', 8),
        text: evaluationText(),
        tool: perplexity(tools.bin),
        directory,
      };
      const rows = [];
      for (let round = 1; round <= number('--rounds', 1); round++) {
        const stock = await watched('stock', job, () => byHand(job));
        const streamed = await watched('ours', job, () => inChild(job));
        for (const run of [stock, streamed])
          rows.push({
            round,
            way: run.way,
            'wall s': (run.ms / 1000).toFixed(1),
            'cpu s': (run.cpuMs / 1000).toFixed(1),
            'base on disk MiB': mib(run.baseBytes),
            'memory MiB': mib(run.memoryBytes),
            passes: run.result.passes,
          });
        const differs = variantTypes.filter(
          (type) =>
            JSON.stringify(stock.result.statistics[type]) !==
            JSON.stringify(streamed.result.statistics[type]),
        );
        const ratio = streamed.ms / stock.ms;
        console.log(
          `${one.name}, round ${round}: ${ratio.toFixed(3)} of the wall time, ${(streamed.cpuMs / stock.cpuMs).toFixed(3)} of the CPU time, ${differs.length === 0 ? 'same statistics' : `DIFFERENT statistics of ${differs.join(', ')}`}`,
        );
        if (differs.length > 0 || streamed.baseBytes > 0 || streamed.result.passes !== 1 || ratio > 1)
          process.exitCode = 1;
      }
      console.table(rows);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Today's way: everything in one directory, one process after the other. */
async function byHand({ work, tool, name, models, text, chunks }) {
  const { kldReader } = await import(`${plugin}/kld/tool/kld-reader.js`);
  const statisticsOf = (output) => {
    const reader = kldReader();
    for (const line of output.split('\n')) reader.line(line);
    return reader.result().statistics;
  };
  const common = [
    '-c',
    String(parameters.ctx),
    '-b',
    String(parameters.batch),
    '-ub',
    String(parameters.ubatch),
    '-t',
    String(shareOfCores()),
    '--kl-divergence-base',
    `${name}.kld`,
  ];
  symlinkSync(text, join(work, 'text.txt'));
  await finished(tool, ['-m', models.base, '-f', 'text.txt', '--chunks', String(chunks), ...common], work);
  const statistics = {};
  for (const type of variantTypes)
    statistics[type] = statisticsOf(
      await finished(tool, ['-m', models[type], '--kl-divergence', ...common], work),
    );
  return { statistics, passes: 1 };
}

async function inChild(job) {
  return JSON.parse(
    await finished(
      process.execPath,
      [import.meta.filename, '--ours', JSON.stringify(job)],
      job.work,
      'stdout',
    ),
  );
}

/** Our way: the plugin's own steps on a store of their own. */
async function ours({ work, tool, name, models, text, chunks }) {
  const { runCachedTogether } = await import(`${plugin}/steps/run-cached-together.js`);
  const { measuring } = await import(`${plugin}/steps/measure/measure.js`);
  const { kldStep } = await import(`${plugin}/steps/measure/kld.js`);
  const { openStore } = await import(`${plugin}/store/store.js`);
  const { findBlob } = await import(`${plugin}/store/blobs.js`);
  const { referToFile } = await import(`${plugin}/store/external.js`);
  const { runTool } = await import(`${plugin}/toolchain/run-tool.js`);
  const { noRemotes } = await import(`${plugin}/remote/create-remotes.js`);
  const store = await openStore(join(work, 'store'));
  const file = async (path) => ({ name: basename(path), ...(await referToFile(store, path)) });
  let passes = 0;
  const effects = {
    store,
    remotes: noRemotes(store),
    threads: undefined,
    signal: undefined,
    report: () => undefined,
    tools: { llama: async () => tool },
    runTool: (run) => {
      if (run.args.includes('--chunks')) passes++;
      return runTool(run);
    },
    resolve: (one) => findBlob(store, one),
  };
  const base = {
    name,
    model: [await file(models.base)],
    corpus: await file(text),
    parameters: { ...parameters, chunks },
    toolchain: { build: 'bench' },
  };
  const settings = {
    base: 'stream',
    baseLimitBytes: 0,
    shareBase: false,
    parallel: undefined,
    machine: {
      cores: shareOfCores(),
      freeMemoryBytes: () => process.availableMemory(),
      waitsAsleep: process.platform !== 'darwin',
    },
  };
  const steps = await Promise.all(
    variantTypes.map(async (type) => kldStep({ name: type, variant: [await file(models[type])], base })),
  );
  const statistics = {};
  await runCachedTogether(steps, measuring(base, settings), {
    effects,
    needFiles: true,
    ended: async (step, ending) => {
      if ('error' in ending) throw ending.error;
      statistics[step.name] = ending.manifest.facts.statistics;
    },
  });
  console.log(
    JSON.stringify({
      statistics: Object.fromEntries(variantTypes.map((type) => [type, statistics[type]])),
      passes,
    }),
  );
}

/** Runs one way in a fresh directory, and watches disk and memory meanwhile. */
async function watched(way, job, run) {
  const work = join(job.directory, way);
  mkdirSync(work);
  job.work = work;
  const peak = { baseBytes: 0, memoryBytes: 0 };
  const look = () => {
    peak.baseBytes = Math.max(peak.baseBytes, baseBytes(work));
    peak.memoryBytes = Math.max(peak.memoryBytes, childrenBytes(process.pid));
  };
  const timer = setInterval(look, 100);
  const [start, cpu] = [performance.now(), childrenCpuMs()];
  try {
    const result = await run();
    return { way, ms: performance.now() - start, cpuMs: childrenCpuMs() - cpu, ...peak, result };
  } finally {
    clearInterval(timer);
    rmSync(work, { recursive: true, force: true });
  }
}

/** Bytes of base logits in files under a directory. */
function baseBytes(directory) {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.kld(\.packed)?$/.test(name),
  );
  return names.reduce(
    (sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** Resident bytes of all processes below one. */
function childrenBytes(pid) {
  const rows = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent) =>
    rows
      .filter((row) => row[1] === parent && row[0] !== parent)
      .reduce((sum, [child, , rss]) => sum + rss * 1024 + below(child), 0);
  return below(pid);
}

/**
 * CPU time of all children that ended, and of theirs, in ms; on Linux only. It tells work from waiting on a
 * busy machine.
 */
function childrenCpuMs() {
  if (!existsSync('/proc/self/stat')) return Number.NaN;
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function finished(command, args, cwd, stream = 'both') {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      errors += data;
      if (stream === 'both') output += data;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${command} ended with ${code}:\n${errors.slice(-2000)}`)),
    );
  });
}

/** The embedded model, if its variants are there. */
function tinyModel() {
  const files = Object.fromEntries(
    [['base', 'BF16'], ...variantTypes.map((type) => [type, type])].map(([key, suffix]) => [
      key,
      join(root, `dist/tiny-qwen35/tiny-qwen35-${suffix}.gguf`),
    ]),
  );
  if (!variantTypes.every((type) => existsSync(files[type]))) return null;
  files.base = artifactFile('tiny-qwen35/convert');
  return { name: 'tiny-qwen35', models: files };
}

/** The shapes of the real 0.8B, cut to one period of its layers. */
async function cutModel(directory, { bin, source }) {
  mkdirSync(directory);
  const base = join(directory, 'cut-BF16.gguf');
  await writeQwen35(base, { vocabulary: join(source, 'models/ggml-vocab-qwen2.gguf'), plugin, layers: 4 });
  const models = { base };
  for (const type of variantTypes) {
    models[type] = join(directory, `cut-${type}.gguf`);
    const { status, stderr } = spawnSync(join(bin, 'llama-quantize'), [base, models[type], type], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    if (status !== 0) throw new Error(stderr.slice(-2000));
  }
  return { name: 'Qwen3.5-0.8B shape, 4 layers', models };
}

function evaluationText() {
  return artifactFile('llama-docs/fetch', 'evaluation.txt');
}

function artifactFile(target, name) {
  const path = join(root, 'dist', target, 'artifact.json');
  if (!existsSync(path))
    throw new Error(`run \`npx nx run tiny-qwen35:quantize\` first: ${path} is not there`);
  const { files } = JSON.parse(readFileSync(path, 'utf8'));
  const { sha256, name: own } = files.find((file) => name === undefined || file.name === name);
  // Under its own name, as a tool would have it.
  const place = join(mkdtempSync(join(tmpdir(), 'nx-gguf-kld-input-')), own);
  process.on('exit', () => rmSync(join(place, '..'), { recursive: true, force: true }));
  symlinkSync(realpathSync(join(storeRoot, 'blobs', sha256.slice(0, 2), sha256)), place);
  return place;
}

/** The same program for both ways: the one that waits for its last lines. */
function perplexity(bin) {
  const attended = readdirSync(bin).find((name) => name.startsWith('llama-perplexity-attended-'));
  return join(bin, attended ?? 'llama-perplexity');
}

function mib(bytes) {
  return Math.round(bytes / 2 ** 20);
}
