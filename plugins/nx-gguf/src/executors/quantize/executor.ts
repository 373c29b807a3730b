import type { QuantizeOptions } from '../../core/generated/executors/quantize.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { batchExecutor } from '../../task/run-batch.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:quantize`. */
export default executor<QuantizeOptions>(executorSchema('quantize'), (execution) =>
  runTarget('quantize', execution),
);

/**
 * The same for several tasks, one after the other: they share tensors, so they would wait for each other
 * anyway. Nx goes on when all are done, so that all measurements come into one batch too.
 */
export const batch = batchExecutor<QuantizeOptions>(executorSchema('quantize'), async (tasks) => {
  for (const { execution, end } of tasks)
    await runTarget('quantize', execution).then(() => {
      end();
    }, end);
});
