import { counted } from '../core/counted.js';
import { canonicalJson, type Json } from '../core/json/canonical-json.js';
import type { BenchResult } from '../core/generated/bench.generated.js';
import { machineText, speedText, testText } from './speed-text.js';
import { sizeText } from './numbers.js';
import { textTable } from './text-table.js';

/**
 * Results as Markdown, in a table for each machine and way of running: speeds of different machines never
 * stand in one, and where there is more than one table the text says so. A result that was measured while the
 * machine was busy is marked.
 */
export function speedTables(results: readonly BenchResult[]): string {
  const groups = new Map<string, BenchResult[]>();
  for (const result of results)
    groups.set(conditions(result), [...(groups.get(conditions(result)) ?? []), result]);
  const note =
    groups.size > 1
      ? [`Measured under ${groups.size} different conditions: compare within a table only.`]
      : [];
  return [...note, ...[...groups.values()].map(table)].join('\n\n');
}

/** What must be equal where speeds are compared: the machine, the tools and how they ran. */
export function conditions({ machine, runtime }: Pick<BenchResult, 'machine' | 'runtime'>): string {
  return canonicalJson({ machine, runtime: { ...runtime, repetitions: 0 } } as unknown as Json);
}

function table(results: readonly BenchResult[]): string {
  const [first] = results;
  if (first === undefined) return '';
  const tests = [...new Set(results.flatMap(({ tests: own }) => own.map(({ test }) => testText(test))))];
  const rows = results.map((result) => [
    result.load.isQuiet ? result.name : `${result.name} *`,
    sizeText(result.model.sizeBytes),
    ...tests.map((wanted) => {
      const found = result.tests.find(({ test }) => testText(test) === wanted);
      return found === undefined ? '' : speedText(found.tokensPerSecond);
    }),
  ]);
  const { machine, runtime } = first;
  const how = [
    `llama.cpp build ${runtime.toolchain.slice(0, 12)}`,
    runtime.backends,
    ...(runtime.gpu === '' ? [] : [runtime.gpu]),
    counted(runtime.threads, 'thread'),
    `batch ${runtime.batch}/${runtime.ubatch}`,
    `flash attention ${runtime.flashAttention}`,
    ...(runtime.gpuLayers < 0 ? [] : [`${counted(runtime.gpuLayers, 'layer')} on the GPU`]),
  ];
  const busy = results.filter(({ load }) => !load.isQuiet);
  return [
    `${machineText(machine)}\n${how.join(', ')}`,
    textTable([['tokens/s', 'size', ...tests], ...rows], `lr${'r'.repeat(tests.length)}`),
    ...(busy.length === 0
      ? []
      : [
          `\\* The machine was busy when the measurement began (${busy.map(({ name, load }) => `${name}: ${load.busyCores.toFixed(1)} cores`).join(', ')}): too low, and not to be trusted.`,
        ]),
  ].join('\n\n');
}
