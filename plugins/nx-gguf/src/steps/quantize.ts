import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../core/canonical-json.js';
import { sha256 } from '../core/digest.js';
import { GgufError, isGgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import type { QuantizationPlan } from '../core/generated/plan.generated.js';
import { logicVersions } from '../core/logic-versions.js';
import { findFtype } from '../quant/ftypes.js';
import { quantizeArgs, type QuantizeOptions } from '../quant/quantize-args.js';
import { parseQuantizeLine, type QuantizeEvent } from '../quant/quantize-log.js';
import { requireAsPlanned } from '../quant/plan-kept.js';
import { requireQuantizeOptions } from '../quant/quantize-options.js';
import { ggufFacts } from './gguf-facts.js';
import { lineReader } from './line-reader.js';
import { linkModel } from './link-model.js';
import { inputsOf, type Step, type Workbench } from './step.js';

/** What a variant is decided by. */
export interface QuantizeInputs {
  /** File name of the result, without `.gguf`. */
  name: string;
  settings: QuantizeSettings;
  /** Normalized text of the tensor-type rules, or null when there are none. */
  rules: string | null;
  /** What the result must be, tensor by tensor; it follows from the rest, so it is no part of the key. */
  expected: QuantizationPlan;
  model: readonly ManifestFile[];
  imatrix: ManifestFile | null;
  toolchain: Readonly<Record<string, Json>>;
}

/** The options of llama-quantize that a recipe decides. */
export type QuantizeSettings = Omit<QuantizeOptions, 'input' | 'output' | 'threads' | 'dryRun' | 'tensorTypesFile' | 'imatrixFile'>;

const rulesFile = 'tensor_types.txt';

/**
 * Makes one variant with llama-quantize. The tool's arguments are the parameters, so a default that is spelt out, or a
 * comment in the rules, changes nothing.
 * @throws GgufError `BAD_VARIANT` that lists everything llama-quantize would refuse or silently ignore.
 */
export function quantizeStep(inputs: QuantizeInputs): Step {
  const options = optionsOf(inputs);
  requireQuantizeOptions(options, inputs.name);
  const args = quantizeArgs(options);
  return {
    plan: {
      step: 'quantize',
      version: logicVersions.quantize,
      parameters: { name: inputs.name, arguments: args },
      inputs: [
        ...inputsOf('model', inputs.model),
        ...(inputs.imatrix === null ? [] : inputsOf('imatrix', [inputs.imatrix])),
        ...(inputs.rules === null ? [] : [{ role: 'rules', name: rulesFile, sha256: sha256(inputs.rules) }]),
      ],
      toolchain: inputs.toolchain,
    },
    run: (bench) => quantize(inputs, args, bench),
  };
}

/** The options of llama-quantize for a variant; paths are relative to the work directory. */
export function optionsOf({ name, settings, rules, model, imatrix }: Pick<QuantizeInputs, 'name' | 'settings' | 'rules' | 'model' | 'imatrix'>): QuantizeOptions {
  return {
    ...settings,
    ...(rules === null ? {} : { tensorTypesFile: rulesFile }),
    // The name of the matrix is written into the GGUF, so it is the same wherever this runs.
    ...(imatrix === null ? {} : { imatrixFile: imatrix.name }),
    input: model[0]?.name ?? '',
    output: `out/${name}.gguf`,
  };
}

async function quantize(inputs: QuantizeInputs, args: readonly string[], bench: Workbench) {
  await linkModel(inputs.model, bench);
  if (inputs.imatrix !== null) await bench.input(inputs.imatrix, inputs.imatrix.name);
  // Never through a link: an input of this name is somebody's blob.
  if (inputs.rules !== null) await writeFile(join(bench.directory, rulesFile), inputs.rules, { flag: 'wx' });
  const out = join(bench.directory, 'out');
  await mkdir(out);
  await runQuantize(args, inputs.name, bench);
  const names = (await readdir(out)).sort();
  if (names.length === 0) throw new GgufError('QUANTIZE_NO_OUTPUT', `${inputs.name}: llama-quantize ended without writing a GGUF`);
  const files = names.map((name) => ({ name, path: join(out, name) }));
  const made = await ggufFacts(files.map(({ path }) => path));
  requireAsPlanned(inputs.expected, made.tensorTypes, inputs.name);
  const facts = { ftype: findFtype(inputs.settings.ftype)?.name ?? inputs.settings.ftype, rules: inputs.rules, ...made };
  return { files, facts, commands: [['llama-quantize', ...args]] };
}

async function runQuantize(args: readonly string[], name: string, bench: Workbench): Promise<void> {
  const failures: Extract<QuantizeEvent, { kind: 'failure' }>[] = [];
  const read = lineReader((line) => {
    const event = parseQuantizeLine(line);
    if (event === null) return;
    if (event.kind === 'failure') failures.push(event);
    if (event.kind === 'tensor') bench.report({ type: 'progress', label: `quantizing ${name}`, done: event.index, total: event.total, unit: 'tensors' });
  });
  const told = (error: unknown): GgufError => new GgufError(failures[0]?.code ?? 'QUANTIZE_FAILED', `${name}: ${failures[0]?.message ?? 'llama-quantize failed'}`, {
    cause: error, tail: isGgufError(error) ? error.tail : [], hint: 'The last lines of the tool say why.',
  });
  try {
    await bench.runTool({
      command: await bench.tools.llama('llama-quantize'),
      args: bench.threads === undefined ? args : [...args, String(bench.threads)],
      cwd: bench.directory,
      onOutput: read,
      ...(bench.signal === undefined ? {} : { signal: bench.signal }),
    });
  } catch (error) {
    throw isGgufError(error) && error.code === 'TOOL_FAILED' ? told(error) : error;
  }
  if (failures.length > 0) throw told(undefined);
}
