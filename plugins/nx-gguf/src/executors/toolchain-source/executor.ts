import type { ToolchainSourceOptions } from '../../core/generated/executors/toolchain-source.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runToolchainPart } from '../../task/run-toolchain.js';

/** The executor `nx-gguf:toolchain-source`. */
export default executor<ToolchainSourceOptions>(executorSchema('toolchain-source'), (execution) =>
  runToolchainPart('source', execution),
);
