import { benchStep } from '../steps/bench/bench.js';
import type { Step } from '../steps/step.js';
import { machineShare } from '../toolchain/machine-share.js';
import { describeMachine } from '../toolchain/machine.js';
import { benchSettings } from './bench-settings.js';
import { measuredKind } from './measured-model.js';
import type { TargetRecipe } from './target-recipe.js';
import { tellUnused, unusedBench } from './unused-settings.js';
import { llama } from './upstream-files.js';

/** The step that measures the speed of a variant or a reference on this machine. */
export async function benchRecipe({ ref, ports, model, toolchain }: TargetRecipe): Promise<Step> {
  const name = ref.variant ?? '';
  const kind = measuredKind(ref, model);
  const { files } = await ports.upstream({ project: ref.project, kind, variant: name });
  const tools = await llama(ports, toolchain);
  tellUnused(unusedBench(model.bench ?? {}, tools, machineShare().threads), ports);
  return benchStep({
    name,
    files,
    settings: benchSettings(model.bench),
    machine: describeMachine(),
    toolchain: tools,
  });
}
