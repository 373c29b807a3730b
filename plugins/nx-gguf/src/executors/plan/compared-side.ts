import { resolve } from 'node:path';
import { GgufError } from '../../core/errors.js';
import { unreadable } from '../../core/system-error.js';
import type { PlanOptions } from '../../core/generated/executors/plan.generated.js';
import type { Variant } from '../../core/generated/model.generated.js';
import { parseAs } from '../../core/validate.js';
import { readSmallText } from '../../files/small-file.js';
import { bitsPerWeight, elementCount } from '../../gguf/weight-count.js';
import { findFtype } from '../../quant/tool/ftypes.js';
import type { PlanSide } from '../../report/plan-diff-table.js';
import { readHeaders } from '../../recipe/variant/model-headers.js';
import { defaultToolchain } from '../../workspace/declared-model.js';
import type { Execution } from '../../task/run-executor.js';
import { projectDirectory, readConfig } from '../../workspace/workspace.js';
import { planVariant } from '../../recipe/variant/variant-plan.js';

/**
 * What a plan is compared with: another variant of the model, a type of llama-quantize without rules (also
 * when the variant itself is named like one), a plan.json, or a GGUF by path or URL.
 * @throws GgufError `AGAINST_UNKNOWN`
 */
export async function comparedSide(
  against: string,
  { ref: refOf, results, environment, options }: Execution<PlanOptions>,
): Promise<PlanSide> {
  const ref = refOf('plan');
  const model = await readConfig(environment.workspace, 'model', ref.project);
  const planned = async (name: string, variant: Variant): Promise<PlanSide> => {
    const { plan } = await planVariant(
      {
        ref,
        model,
        toolchain: model.toolchain ?? defaultToolchain,
        name,
        variant,
        from: options.from ?? model.planFrom,
      },
      results,
    );
    return { name, ...plan };
  };
  const variant = model.quantize?.[against];
  if (variant !== undefined && against !== ref.variant) return planned(against, variant);
  const ftype = findFtype(against);
  if (ftype !== null) return planned(`${ftype.name} without rules`, { ftype: ftype.name });
  if (against.endsWith('.json'))
    return {
      name: against,
      ...parseAs(
        'plan',
        await planText(
          resolve(projectDirectory(environment.workspace, ref.project, '"against"'), against),
          against,
        ),
        against,
      ),
    };
  if (/\.gguf(?:[?#].*)?$/.test(against))
    return fileSide(against, await readHeaders(against, ref.project, results));
  throw new GgufError(
    'AGAINST_UNKNOWN',
    `${JSON.stringify(against)} is neither a variant of ${ref.project}, nor a type of llama-quantize, nor a .json or .gguf file`,
    { hint: `Variants: ${Object.keys(model.quantize ?? {}).join(', ')}` },
  );
}

function planText(path: string, shown: string): Promise<string> {
  return readSmallText(path).catch((cause: unknown) => {
    throw unreadable(cause, { what: shown, hint: 'A path is relative to the directory of the project.' });
  });
}

function fileSide(name: string, headers: Awaited<ReturnType<typeof readHeaders>>): PlanSide {
  const tensors = headers.flatMap(({ header }) =>
    header.tensors.map((tensor) => ({ ...tensor, to: tensor.type })),
  );
  const sizeBytes = tensors.reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
  const elements = tensors.reduce((sum, tensor) => sum + elementCount(tensor.shape), 0);
  return { name, tensors, total: { sizeBytes, bitsPerWeight: bitsPerWeight({ elements, sizeBytes }) } };
}
