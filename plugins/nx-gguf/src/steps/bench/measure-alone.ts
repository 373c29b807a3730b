import { digestOf } from '../../core/digest.js';
import type { MachineLoad } from '../../core/generated/bench.generated.js';
import { withLock } from '../../store/lock.js';
import { watchLoad } from '../../toolchain/machine.js';
import type { Workbench } from '../step.js';

/**
 * Measures speed while no other measurement of speed that uses this store runs. The work gets what else the
 * machine did just before; when that is much, it is told at once.
 */
export function measureAlone<T>(
  { store, report, signal, checkInputs }: Workbench,
  work: (load: MachineLoad) => Promise<T>,
): Promise<T> {
  const measure = async (): Promise<T> => {
    // What hashes the inputs beside a tool would slow it down.
    await checkInputs();
    const load = await watchLoad();
    if (!load.isQuiet)
      report({
        type: 'warning',
        message: `${load.busyCores.toFixed(1)} cores are busy with something else: speeds will be too low and vary`,
      });
    return work(load);
  };
  return withLock(store.actionLock(digestOf({ measuring: 'speed' })), measure, {
    ...(signal === undefined ? {} : { signal }),
    onWait: () => {
      report({ type: 'step', message: 'waiting for another measurement of speed on this machine' });
    },
  });
}
