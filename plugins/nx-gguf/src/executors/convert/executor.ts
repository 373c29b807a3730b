import type { ConvertOptions } from '../../core/generated/executors/convert.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:convert`. */
export default executor<ConvertOptions>(executorSchema('convert'), (execution) =>
  runTarget('convert', execution),
);
