import type { KldOptions } from '../core/generated/executors/kld.generated.js';
import { executorSchema } from '../core/schema-files.js';
import { batchExecutor } from '../nx/run-batch.js';
import { executor } from '../nx/run-executor.js';
import { runMeasurements } from '../nx/run-measurements.js';
import { runTarget } from '../nx/run-target.js';

/** The executor `nx-gguf:kld`. */
export default executor<KldOptions>(executorSchema('kld'), (execution) => runTarget('kld', execution));

/** The same for several tasks, which share one pass over the unquantized model. */
export const batch = batchExecutor<KldOptions>(executorSchema('kld'), runMeasurements, { isShared: true });
