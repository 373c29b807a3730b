import {
  toolchainBuildSchema,
  type ToolchainBuildOptions,
} from '../../core/generated/executors/toolchain-build.generated.js';
import { executor } from '../run/run-executor.js';
import { runToolchainPart } from '../run/run-toolchain.js';

/** The executor `nx-gguf:toolchain-build`. */
export default executor<ToolchainBuildOptions>(toolchainBuildSchema, (execution) =>
  runToolchainPart('build', execution),
);
