import { isGgufError } from '../core/errors.js';
import { tensorTypeByName, type TensorTypeName } from '../gguf/tensor-type.js';
import { quantizeArgs, type QuantizeOptions } from '../quant/quantize-args.js';
import { runQuantize } from './quantize-tool.js';
import type { Workbench } from './step.js';

/** What llama-quantize would make of the tensors, in the order in which it would write them. */
export type DryRunTypes = readonly { name: string; to: TensorTypeName }[];

/** Asks llama-quantize itself, which reads the header only and quantizes nothing. Null when it says that the run would fail. */
export async function dryRunTypes(options: QuantizeOptions, bench: Workbench): Promise<DryRunTypes | null> {
  const types: { name: string; to: TensorTypeName | null }[] = [];
  try {
    await runQuantize({
      args: quantizeArgs({ ...options, dryRun: true }),
      name: options.output,
      quiet: true,
      onEvent: (event) => {
        if (event.kind === 'imatrix-required') types.push({ name: '', to: null });
        if (event.kind === 'tensor') types.push({ name: event.tensor, to: tensorTypeByName(event.to ?? '')?.name ?? null });
      },
    }, bench);
  } catch (error) {
    if (isGgufError(error) && error.code !== 'INTERRUPTED') return null;
    throw error;
  }
  const known = types.flatMap(({ name, to }) => (to === null ? [] : [{ name, to }]));
  return known.length === types.length ? known : null;
}
