import type { KldOptions } from '../../core/generated/executors/kld.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { batchExecutor } from '../../task/run-batch.js';
import { executor } from '../../task/run-executor.js';
import { runMeasurements } from './run-measurements.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:kld`. */
export default executor<KldOptions>(executorSchema('kld'), (execution) =>
  runTarget('kld', execution, { parallel: execution.options.parallel }),
);

/** The same for several tasks, which share one pass over the unquantized model. */
export const batch = batchExecutor<KldOptions>(executorSchema('kld'), runMeasurements, { isShared: true });
