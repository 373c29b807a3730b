import { gateSchema, type GateOptions } from '../../core/generated/executors/gate.generated.js';
import { executor } from '../../task/run-executor.js';
import { runGate } from './run-gate.js';

/** The executor `nx-gguf:gate`. */
export default executor<GateOptions>(gateSchema, runGate);
