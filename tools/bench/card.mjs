#!/usr/bin/env node
// How long a card with its pictures, and a report page, take for a model with many variants:
// `node tools/bench/card.mjs [variants] [layers]`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importTypeScript } from '../dev/import-typescript.mjs';

const plugin = join(import.meta.dirname, '../../plugins/nx-gguf');
const [variants, layers] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 125)];
const limitMs = 5000;
const largestPageBytes = 1_500_000;
const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-bench-card-'));

try {
  // The evidence that the unit tests use.
  const { sampleEvidence } = await importTypeScript(join(plugin, 'src/report/testing/sample-evidence.ts'));
  const evidence = sampleEvidence({
    layers,
    chunks: 580,
    variants: Array.from(
      { length: variants },
      (_, index) => `${['Q3_K_M', 'Q4_K_M', 'Q5_K_M', 'Q6_K'][index % 4]}-${index}`,
    ),
    references: false,
  });
  const started = performance.now();
  const cpu = process.cpuUsage();
  const { cardStep } = await import(join(plugin, 'dist/steps/evidence/card.js'));
  const step = cardStep({ evidence, settings: {}, template: null });
  const { files } = await step.run({ directory, report: () => undefined, signal: undefined });
  const cardMs = performance.now() - started;
  const { readPageAssets, reportStep } = await import(join(plugin, 'dist/steps/evidence/report.js'));
  const report = await reportStep([evidence], await readPageAssets(), { withEvidence: true }).run({
    directory,
    report: () => undefined,
    signal: undefined,
  });
  const elapsedMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const page = readFileSync(report.files[0].path);
  const sizeBytes = files.reduce((sum, { path }) => sum + readFileSync(path).length, 0);
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  console.log(
    `${variants} variants of ${Object.keys(evidence.unquantized.tensorTypes).length} tensors, modules loaded among it: card of ${files.length} files, ${(sizeBytes / 2 ** 20).toFixed(1)} MiB, in ${seconds(cardMs)}; report of ${(page.length / 2 ** 20).toFixed(2)} MiB in ${seconds(elapsedMs - cardMs)}; together ${seconds(elapsedMs)} (cpu ${seconds((user + system) / 1000)}; limits ${seconds(limitMs)} and ${largestPageBytes} bytes)`,
  );
  if (elapsedMs > limitMs || page.length > largestPageBytes) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
