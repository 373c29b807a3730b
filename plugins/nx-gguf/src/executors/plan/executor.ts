import { planSchema, type PlanOptions } from '../../core/generated/executors/plan.generated.js';
import { executor } from '../../task/run-executor.js';
import { runPlan } from './run-plan.js';

/** The executor `nx-gguf:plan`. */
export default executor<PlanOptions>(planSchema, runPlan);
