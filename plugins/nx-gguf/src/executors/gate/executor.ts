import type { GateOptions } from '../../core/generated/executors/gate.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runGate } from './run-gate.js';

/** The executor `nx-gguf:gate`. */
export default executor<GateOptions>(executorSchema('gate'), runGate);
