import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prettyJson, type Json } from '../../core/json/canonical-json.js';
import { digestOf } from '../../core/digest.js';
import type { BenchResult, Machine } from '../../core/generated/bench.generated.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { BenchSettings } from '../../core/generated/model.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { validate } from '../../core/validate.js';
import { benchArgs } from '../../speed/bench-args.js';
import { linkModel } from '../gguf/link-model.js';
import { measureAlone } from './measure-alone.js';
import { runBench } from './run-bench.js';
import { inputsOf, type Step } from '../step.js';

/** What the speed of a model is decided by. */
export interface BenchInputs {
  /** The variant or the reference. */
  name: string;
  files: readonly ManifestFile[];
  settings: BenchSettings;
  machine: Machine;
  toolchain: Readonly<Record<string, Json>>;
}

/** Name of the file that holds the result. */
export const benchFile = 'bench.json';

/** Measures the speed of a model on this machine; the machine is part of the action key. */
export function benchStep({ name, files, settings, machine, toolchain }: BenchInputs): Step {
  const args = benchArgs(files[0]?.name ?? '', settings);
  return {
    action: {
      step: 'bench',
      version: stepRegistry.bench.logicVersion,
      parameters: { name, arguments: args, machine: machine as unknown as Json },
      inputs: inputsOf('model', files),
      toolchain,
    },
    run: async (bench) => {
      const model = await linkModel(files, bench);
      const onProgress = (done: number, total: number): void =>
        bench.report({ type: 'progress', label: `speed of ${name}`, done, total, unit: 'steps' });
      const { load, output } = await measureAlone(bench, async (found) => ({
        load: found,
        output: await runBench({ model, settings, onProgress }, bench),
      }));
      const result: BenchResult = {
        format: 1,
        name,
        files: filesOf(files),
        model: output.model,
        machine,
        runtime: { toolchain: digestOf(toolchain), ...output.runtime },
        load,
        tests: [...output.tests],
      };
      const path = join(bench.directory, benchFile);
      await writeFile(path, prettyJson(validate('bench', result, benchFile) as unknown as Json));
      return {
        files: [{ name: benchFile, path }],
        facts: {
          machine: machine as unknown as Json,
          isQuiet: load.isQuiet,
          tests: result.tests.map(({ test, tokensPerSecond: { mean, stddev, median } }) => ({
            test: { ...test },
            mean,
            stddev,
            median,
          })),
        },
        commands: [['llama-bench', ...args]],
      };
    },
  };
}

/** Files as results name them. */
export function filesOf(files: readonly ManifestFile[]): BenchResult['files'] {
  return files.map(({ name, sha256 }) => ({ name, sha256 }));
}
