import type { ImatrixOptions } from '../../core/generated/executors/imatrix.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:imatrix`. */
export default executor<ImatrixOptions>(executorSchema('imatrix'), (execution) =>
  runTarget('imatrix', execution),
);
