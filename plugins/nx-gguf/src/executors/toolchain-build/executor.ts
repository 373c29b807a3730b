import type { ToolchainBuildOptions } from '../../core/generated/executors/toolchain-build.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runToolchainPart } from '../../task/run-toolchain.js';

/** The executor `nx-gguf:toolchain-build`. */
export default executor<ToolchainBuildOptions>(executorSchema('toolchain-build'), (execution) =>
  runToolchainPart('build', execution),
);
