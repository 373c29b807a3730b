import type { ToolchainPythonOptions } from '../../core/generated/executors/toolchain-python.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runToolchainPart } from '../../task/run-toolchain.js';

/** The executor `nx-gguf:toolchain-python`. */
export default executor<ToolchainPythonOptions>(executorSchema('toolchain-python'), (execution) =>
  runToolchainPart('python', execution),
);
