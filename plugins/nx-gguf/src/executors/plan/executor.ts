import type { PlanOptions } from '../../core/generated/executors/plan.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runPlan } from './run-plan.js';

/** The executor `nx-gguf:plan`. */
export default executor<PlanOptions>(executorSchema('plan'), runPlan);
