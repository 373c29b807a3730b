import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BenchCompareOptions } from '../../core/generated/executors/bench-compare.generated.js';
import { parseAs } from '../../core/validate.js';
import { speedComparisonText } from '../../report/speed-text.js';
import { benchCompareStep, comparisonFile, type ComparedFiles } from '../../steps/bench/bench-compare.js';
import { writeDurably } from '../../files/durable.js';
import { readSmallText } from '../../files/small-file.js';
import { describeMachine } from '../../toolchain/machine.js';
import { defaultToolchain } from '../../workspace/declared-model.js';
import { benchSettings } from '../../recipe/bench-settings.js';
import { measuredKind } from '../../recipe/measured-model.js';
import type { Execution } from '../../task/run-executor.js';
import { filesDirectory } from '../../core/target.js';
import { llama, oneFile } from '../../recipe/upstream-files.js';
import { readConfig } from '../../workspace/workspace.js';

/**
 * Measures two variants or references in alternation, leaves the result under `dist/`, and prints which is
 * faster.
 */
export async function runBenchCompare({
  options,
  project,
  results,
  environment,
  print,
}: Execution<BenchCompareOptions>): Promise<void> {
  const { workspace } = environment;
  const model = await readConfig(workspace, 'model', project);
  const toolchain = model.toolchain ?? defaultToolchain;
  const side = async (name: string): Promise<ComparedFiles> => {
    const ref = { project, kind: 'bench', variant: name } as const;
    return { name, files: (await results.upstream({ ...ref, kind: measuredKind(ref, model) })).files };
  };
  const step = benchCompareStep({
    a: await side(options.a),
    b: await side(options.b),
    pairs: options.pairs ?? 6,
    settings: benchSettings(model.bench),
    machine: describeMachine(),
    toolchain: await llama(results, toolchain),
    occasion: randomUUID(),
  });
  const manifest = await results.perform(step, toolchain);
  const text = await readSmallText(await results.resolve(oneFile(manifest, comparisonFile, 'bench-compare')));
  const place = join(filesDirectory(project), 'bench-compare', `${options.a}-${options.b}`, comparisonFile);
  await writeDurably(join(workspace.root, place), text);
  print(`${speedComparisonText(parseAs('bench-comparison', text, place))}\n${place}`);
}
