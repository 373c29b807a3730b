import type { Sha256 } from '../../core/digest.js';
import type { TensorPlace } from '../../store/tensor-index.js';
import type { Workbench } from '../step.js';
import type { MadeTensors } from './made-tensors.js';
import { startRun, type MakingTensors } from './making-tensors.js';
import type { ModelPart } from './model-part.js';
import { metadataFrom, withCount } from './output-metadata.js';
import type { VariantJob, WantedTensors, WantedTensor } from './wanted-tensors.js';

/**
 * Has llama-quantize make what is neither known nor made; null when it does not write what is expected of it.
 * Its metadata come first, from a run on the smallest tensor while the missing ones are written for the real
 * run: with them the place of every byte is known before the first tensor is made, and a variant can be
 * written along with it.
 */
export async function makeTensors(
  job: VariantJob,
  wanted: WantedTensors,
  { bench, known, made }: { bench: Workbench; known: ReadonlyMap<Sha256, TensorPlace>; made: MadeTensors },
): Promise<MakingTensors | null> {
  const tensors = wanted.outputs.flat();
  const isMissing = ({ key }: WantedTensor): boolean => !known.has(key) && !made.places.has(key);
  const lacks = new Set(tensors.filter(isMissing));
  if (made.metadata.length > 0 && lacks.size === 0) return nothingToMake;
  const quantized = tensors.filter(({ from, to }) => from !== to);
  const missing = quantized.filter((tensor) => lacks.has(tensor));
  bench.report({
    type: 'step',
    message: `${job.name}: ${quantized.length - missing.length} of ${quantized.length} quantized tensors are in the store${missing.length === 0 ? '' : `; quantizing ${missing.length}`}`,
  });
  const stem = `part-${made.runs++}`;
  const part = (of: Pick<ModelPart, 'stem' | 'isMissing'>): ModelPart => ({
    wanted,
    options: job.options,
    directory: bench.directory,
    signal: bench.signal,
    name: job.name,
    ...of,
  });
  const run =
    lacks.size === 0
      ? null
      : startRun(part({ stem, isMissing: (tensor) => lacks.has(tensor) }), { bench, made });
  try {
    if (made.metadata.length === 0) {
      const metadata = await metadataFrom(part({ stem: `${stem}-metadata`, isMissing: () => false }), bench);
      if (metadata === null) {
        await run?.making.stop();
        return null;
      }
      made.metadata = metadata.map((output) => withCount(output, tensors.length));
    }
    run?.follow();
    return run?.making ?? nothingToMake;
  } catch (error) {
    await run?.making.stop();
    throw error;
  }
}

const nothingToMake: MakingTensors = {
  isOver: () => true,
  ended: Promise.resolve(true),
  stop: () => Promise.resolve(),
};
