import { rm } from 'node:fs/promises';
import { isGgufError } from '../../core/errors.js';
import { quantizeArgs } from '../../quant/tool/quantize-args.js';
import type { Workbench } from '../step.js';
import { runQuantize } from './quantize-tool.js';
import { writeSubset, type Subset, type SubsetRequest } from './subset-gguf.js';

/** A part of the model that is handed to llama-quantize, for a variant of that name. */
export type ModelPart = SubsetRequest & { name: string };

/**
 * Whether llama-quantize took a part. What it does not make of a part it may make of the whole; if not, the
 * full run says why. Weights that it refuses (`WEIGHTS_…`) it would refuse there too.
 */
export async function runPart(
  subset: Subset,
  part: ModelPart,
  { quiet, bench }: { quiet: boolean; bench: Workbench },
): Promise<boolean> {
  try {
    await writeSubset(subset, part);
    const model = part.wanted.source.map(({ file }) => file.name);
    await runQuantize({ args: quantizeArgs(subset.options), name: part.name, model, quiet }, bench);
    return true;
  } catch (error) {
    if (isGgufError(error) && /^(QUANTIZE|GGUF)_/.test(error.code)) {
      bench.report({ type: 'step', message: `a part of the model: ${error.message}` });
      return false;
    }
    throw error;
  } finally {
    for (const path of subset.inputs) await rm(path, { force: true });
  }
}
