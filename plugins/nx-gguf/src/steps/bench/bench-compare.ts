import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prettyJson, type Json } from '../../core/json/canonical-json.js';
import { digestOf } from '../../core/digest.js';
import { GgufError } from '../../core/errors.js';
import type { BenchTest, Machine } from '../../core/generated/bench.generated.js';
import type {
  BenchComparison,
  ComparedTest,
  SpeedPair,
} from '../../core/generated/bench-comparison.generated.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { BenchSettings } from '../../core/generated/model.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { validate } from '../../core/validate.js';
import { benchArgs } from '../../speed/bench-args.js';
import type { BenchOutput } from '../../speed/bench-output.js';
import { firstOfPair, speedRatio } from '../../speed/speed-ratio.js';
import { filesOf } from './bench.js';
import { measureAlone } from './measure-alone.js';
import { runBench } from './run-bench.js';
import { inputsOf, type Step, type Workbench } from '../step.js';

/** One of two models that are compared. */
export interface ComparedFiles {
  /** The variant or the reference. */
  name: string;
  files: readonly ManifestFile[];
}

/** What a comparison of speeds is decided by, as far as it is. */
export interface BenchCompareInputs {
  a: ComparedFiles;
  b: ComparedFiles;
  pairs: number;
  settings: BenchSettings;
  machine: Machine;
  toolchain: Readonly<Record<string, Json>>;
  /** Tells this measurement from others of the same: each is made anew, and its evidence kept. */
  occasion: string;
}

/** Name of the file that holds the result. */
export const comparisonFile = 'bench-comparison.json';

type Outputs = Record<'a' | 'b', BenchOutput>;

/** Runs two models in alternation and says which is faster. */
export function benchCompareStep(inputs: BenchCompareInputs): Step {
  const { a, b, pairs, settings, machine, toolchain, occasion } = inputs;
  const args = (side: 'a' | 'b'): string[] =>
    benchArgs(`${side}/${inputs[side].files[0]?.name ?? ''}`, settings);
  return {
    action: {
      step: 'bench-compare',
      version: stepRegistry['bench-compare'].logicVersion,
      toolchain,
      parameters: { a: args('a'), b: args('b'), pairs, machine: machine as unknown as Json, occasion },
      inputs: [...inputsOf('a', a.files), ...inputsOf('b', b.files)],
    },
    run: async (bench) => {
      for (const side of ['a', 'b'] as const)
        for (const file of inputs[side].files) await bench.input(file, `${side}/${file.name}`);
      const { load, outputs } = await measureAlone(bench, async (found) => ({
        load: found,
        outputs: await alternate(inputs, bench),
      }));
      const [{ a: ofA, b: ofB }] = outputs as [Outputs];
      const result: BenchComparison = {
        format: 1,
        a: { name: a.name, files: filesOf(a.files), model: ofA.model },
        b: { name: b.name, files: filesOf(b.files), model: ofB.model },
        machine,
        runtime: { toolchain: digestOf(toolchain), ...ofA.runtime },
        load,
        method: 'alternating pairs, t interval of log ratios',
        tests: ofA.tests.map((test, index) => comparedTest(test, index, outputs)),
      };
      const path = join(bench.directory, comparisonFile);
      await writeFile(
        path,
        prettyJson(validate('bench-comparison', result, comparisonFile) as unknown as Json),
      );
      const commands = outputs.flatMap((_, pair) =>
        order(pair).map((side) => ['llama-bench', ...args(side)]),
      );
      return {
        files: [{ name: comparisonFile, path }],
        facts: {
          isQuiet: load.isQuiet,
          tests: result.tests.map(({ test, ratio }) => ({ test: { ...test }, ratio: { ...ratio } })),
        },
        commands,
      };
    },
  };
}

async function alternate(inputs: BenchCompareInputs, bench: Workbench): Promise<Outputs[]> {
  const outputs: Outputs[] = [];
  let runs = 0;
  const run = async (side: 'a' | 'b'): Promise<BenchOutput> => {
    const label = `${inputs.a.name} and ${inputs.b.name} in alternation`;
    const done = runs;
    const onProgress = (sample: number, samples: number): void =>
      bench.report({
        type: 'progress',
        label,
        done: done * samples + sample,
        total: 2 * inputs.pairs * samples,
        unit: 'steps',
      });
    const output = await runBench(
      { model: `${side}/${inputs[side].files[0]?.name ?? ''}`, settings: inputs.settings, onProgress },
      bench,
    );
    runs += 1;
    return output;
  };
  for (let pair = 0; pair < inputs.pairs; pair += 1) {
    const [first, second] = order(pair);
    const [one, other] = [await run(first), await run(second)];
    outputs.push(first === 'a' ? { a: one, b: other } : { a: other, b: one });
  }
  return outputs;
}

function comparedTest({ test }: BenchTest, index: number, outputs: readonly Outputs[]): ComparedTest {
  const pairs = outputs.map(({ a, b }, pair): SpeedPair => ({
    first: firstOfPair(pair),
    a: speedOf(a, index),
    b: speedOf(b, index),
  }));
  return { test, pairs, ratio: speedRatio(pairs) };
}

function speedOf({ tests }: BenchOutput, index: number): number {
  const test = tests[index];
  if (test === undefined)
    throw new GgufError('BENCH_INCOMPLETE', 'llama-bench ran other tests for one model than for the other');
  return test.tokensPerSecond.median;
}

function order(pair: number): ['a', 'b'] | ['b', 'a'] {
  return firstOfPair(pair) === 'a' ? ['a', 'b'] : ['b', 'a'];
}
