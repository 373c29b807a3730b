import type { KldBaseOptions } from '../../core/generated/executors/kld-base.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:kld-base`. */
export default executor<KldBaseOptions>(executorSchema('kld-base'), (execution) =>
  runTarget('kld-base', execution),
);
