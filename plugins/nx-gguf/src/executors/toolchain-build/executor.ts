import {
  toolchainBuildSchema,
  type ToolchainBuildOptions,
} from '../../core/generated/executors/toolchain-build.generated.js';
import { executor } from '../../task/run-executor.js';
import { runToolchainPart } from '../../task/run-toolchain.js';

/** The executor `nx-gguf:toolchain-build`. */
export default executor<ToolchainBuildOptions>(toolchainBuildSchema, (execution) =>
  runToolchainPart('build', execution),
);
