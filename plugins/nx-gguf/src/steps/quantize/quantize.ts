import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { sha256 } from '../../core/digest.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { findFtype } from '../../quant/tool/ftypes.js';
import { quantizeArgs, type QuantizeOptions } from '../../quant/tool/quantize-args.js';
import { tensorTypeByName } from '../../gguf/tensor-type.js';
import { requireAsPlanned } from '../../quant/plan/plan-kept.js';
import { requireQuantizeOptions } from '../../quant/tool/quantize-options.js';
import { linkModel } from '../gguf/link-model.js';
import { makeVariant } from './make-variant.js';
import { inputsOf, type Step, type Workbench } from '../step.js';

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
export type QuantizeSettings = Omit<
  QuantizeOptions,
  'input' | 'output' | 'threads' | 'dryRun' | 'tensorTypesFile' | 'imatrixFile'
>;

const rulesFile = 'tensor_types.txt';

/**
 * Makes one variant with llama-quantize. The tool's arguments are the parameters, so a default that is spelt
 * out, or a comment in the rules, changes nothing.
 * @throws GgufError `BAD_VARIANT` that lists everything llama-quantize would refuse or silently ignore.
 */
export function quantizeStep(inputs: QuantizeInputs): Step {
  const options = optionsOf(inputs);
  requireQuantizeOptions(options, inputs.name);
  const args = quantizeArgs(options);
  return {
    action: {
      step: 'quantize',
      version: stepRegistry.quantize.logicVersion,
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
export function optionsOf({
  name,
  settings,
  rules,
  model,
  imatrix,
}: Pick<QuantizeInputs, 'name' | 'settings' | 'rules' | 'model' | 'imatrix'>): QuantizeOptions {
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
  const types = inputs.expected.tensors.flatMap(({ name, to }) => {
    const type = tensorTypeByName(to);
    return type === null ? [] : [{ name, to: type.name }];
  });
  const { files, facts } = await makeVariant(
    {
      name: inputs.name,
      options: optionsOf(inputs),
      types,
      model: inputs.model,
      imatrix: inputs.imatrix,
      quantizer: inputs.toolchain,
    },
    bench,
  );
  requireAsPlanned(inputs.expected, facts.tensorTypes, inputs.name);
  // How the bytes came about is no property of the result: the command is that of one run on the whole model.
  return {
    files: [],
    referred: files,
    facts: {
      ftype: findFtype(inputs.settings.ftype)?.name ?? inputs.settings.ftype,
      rules: inputs.rules,
      ...(inputs.expected.imatrixCoverage === undefined
        ? {}
        : { imatrixCoverage: inputs.expected.imatrixCoverage as unknown as Json }),
      ...facts,
    },
    commands: [['llama-quantize', ...args]],
  };
}
