import type { ReferenceOptions } from '../../core/generated/executors/reference.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:reference`. */
export default executor<ReferenceOptions>(executorSchema('reference'), (execution) =>
  runTarget('reference', execution),
);
