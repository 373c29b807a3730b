import { GgufError } from '../../core/errors.js';
import type { ConvertSettings } from '../../core/generated/model.generated.js';
import { checkModel, readOutline } from '../gguf/check-model.js';
import type { Workbench } from '../step.js';
import { isPartAsked } from './left-out-parts.js';

/**
 * Sees that a conversion has made what was asked for: a model that llama.cpp loads, or the part of one. The
 * converter calls it a success when it finds no weights.
 * @param files what was written, relative to the work directory
 * @throws GgufError `CONVERT_NO_WEIGHTS`, `MODEL_NOT_LOADED`
 */
export async function checkConverted(
  files: readonly string[],
  { extraArgs = [] }: Pick<ConvertSettings, 'extraArgs'>,
  bench: Workbench,
): Promise<void> {
  if (extraArgs.includes('--vocab-only')) return;
  const { tensorCount, blocks } = await readOutline(files, bench);
  const predictor = extraArgs.find((argument) => argument === '--mtp' || argument === '--dspark');
  if (tensorCount === 0)
    throw new GgufError('CONVERT_NO_WEIGHTS', 'convert_hf_to_gguf.py found no weights, and wrote no tensor', {
      hint: 'Weights are in files model*.safetensors or pytorch_model*.bin of the source (see "include"); an adapter (LoRA) has to be merged into its base model first.',
    });
  if (predictor !== undefined && blocks.size === 0)
    throw new GgufError(
      'CONVERT_NO_WEIGHTS',
      `convert_hf_to_gguf.py found no weights for multi-token prediction, which ${predictor} asks for`,
      { hint: 'Take a checkpoint that has them (mtp.*, or blocks after the last of the model).' },
    );
  if (!isPartAsked({ extraArgs })) await checkModel(files, 'converted', bench);
}
