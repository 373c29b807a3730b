import type { BenchSettings } from '../core/generated/model.generated.js';
import { machineShare } from '../toolchain/machine-share.js';

/**
 * The settings of llama-bench: those of the model, and where it names no threads no more than this process may
 * run, for the tool counts the cores of the whole machine.
 */
export function benchSettings(
  declared: BenchSettings = {},
  { mostThreads }: { mostThreads: number | undefined } = machineShare(),
): BenchSettings {
  return mostThreads === undefined ? declared : { threads: mostThreads, ...declared };
}
