import {
  toolchainSourceSchema,
  type ToolchainSourceOptions,
} from '../../core/generated/executors/toolchain-source.generated.js';
import { executor } from '../run/run-executor.js';
import { runToolchainPart } from '../run/run-toolchain.js';

/** The executor `nx-gguf:toolchain-source`. */
export default executor<ToolchainSourceOptions>(toolchainSourceSchema, (execution) =>
  runToolchainPart('source', execution),
);
