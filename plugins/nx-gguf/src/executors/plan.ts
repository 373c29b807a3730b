import type { PlanOptions } from '../core/generated/executors/plan.generated.js';
import { executorSchema } from '../core/schema-files.js';
import { executor } from '../nx/run-executor.js';
import { runPlan } from '../nx/run-plan.js';

/** The executor `nx-gguf:plan`. */
export default executor<PlanOptions>(executorSchema('plan'), runPlan);
