import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { sha256 } from '../../core/digest.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { shardFileName } from '../../gguf/shards.js';
import { dryRunFailure, readDryRun, type DryRun } from '../../quant/tool/dry-run.js';
import { stubImatrix } from '../../quant/tool/legacy-imatrix.js';
import { quantizeArgs } from '../../quant/tool/quantize-args.js';
import { toolFailed } from '../../toolchain/run-tool.js';
import { writeSparseModel, type ModelHeaders } from '../gguf/gguf-header.js';
import { lineReader } from '../../toolchain/line-reader.js';
import type { QuantizeSettings } from './quantize.js';
import { inputsOf, type Step, type Workbench } from '../step.js';

/** What a dry run is decided by: of the model the header alone, of the matrix whether there is one. */
export interface DryRunInputs {
  headers: Pick<ModelHeaders, 'files' | 'sizesBytes'>;
  /** Makes the bytes of the headers readable. */
  bring: () => Promise<unknown>;
  settings: QuantizeSettings;
  /** Normalized text of the rules, or null when there are none. */
  rules: string | null;
  hasImatrix: boolean;
  toolchain: Readonly<Record<string, Json>>;
}

const rulesFile = 'tensor_types.txt';
const imatrixFile = 'imatrix.dat';

/** Asks llama-quantize what it would do, without any weight: a sparse file with the real header is enough. */
export function dryRunStep(inputs: DryRunInputs): Step {
  const { headers, rules, hasImatrix, settings } = inputs;
  // Which weights of the matrix are used changes no type, and the stand-in for it has none of them.
  const args = quantizeArgs({
    ...settings,
    includeWeights: [],
    excludeWeights: [],
    dryRun: true,
    input: shardFileName('model', 1, headers.files.length),
    output: 'out.gguf',
    ...(rules === null ? {} : { tensorTypesFile: rulesFile }),
    ...(hasImatrix ? { imatrixFile } : {}),
  });
  return {
    action: {
      step: 'dry-run',
      version: stepRegistry['dry-run'].logicVersion,
      parameters: { arguments: args, sizesBytes: headers.sizesBytes },
      inputs: [
        ...inputsOf('header', headers.files),
        ...(rules === null ? [] : [{ role: 'rules', name: rulesFile, sha256: sha256(rules) }]),
      ],
      toolchain: inputs.toolchain,
    },
    run: async (bench) => {
      await inputs.bring();
      await writeSparseModel(headers, bench);
      if (rules !== null) await writeFile(join(bench.directory, rulesFile), rules);
      if (hasImatrix) await writeFile(join(bench.directory, imatrixFile), stubImatrix());
      const dryRun = readDryRun(await printed(args, bench));
      return {
        files: [],
        facts: { dryRun: dryRun as unknown as Json },
        commands: [['llama-quantize', ...args]],
      };
    },
  };
}

/** The tensor types that the dry run of a manifest found. */
export function dryRunOf(manifest: Manifest): DryRun {
  // The step that wrote a fact decides its type.
  return manifest.facts['dryRun'] as DryRun;
}

// The tool tells of tensors on stderr and of arguments on stdout: joined, a line of one can break one of the
// other.
async function printed(args: readonly string[], bench: Workbench): Promise<string[]> {
  const lines: string[] = [];
  const readers = {
    stdout: lineReader((line) => lines.push(line)),
    stderr: lineReader((line) => lines.push(line)),
  };
  const { exitCode, ...ended } = await bench.runTool({
    command: await bench.tools.llama('llama-quantize'),
    args,
    cwd: bench.directory,
    onOutput: (text, stream) => readers[stream](text),
    mayFail: true,
    ...(bench.signal === undefined ? {} : { signal: bench.signal }),
  });
  // The last words of a tool that fails may lack a line's end.
  for (const reader of Object.values(readers)) reader('\n');
  // A reason that the tool named is worth more than its exit code.
  if (exitCode !== 0) throw dryRunFailure(lines) ?? toolFailed('llama-quantize', { exitCode, ...ended });
  return lines;
}
