import {
  toolchainPythonSchema,
  type ToolchainPythonOptions,
} from '../../core/generated/executors/toolchain-python.generated.js';
import { executor } from '../run/run-executor.js';
import { runToolchainPart } from '../run/run-toolchain.js';

/** The executor `nx-gguf:toolchain-python`. */
export default executor<ToolchainPythonOptions>(toolchainPythonSchema, (execution) =>
  runToolchainPart('python', execution),
);
