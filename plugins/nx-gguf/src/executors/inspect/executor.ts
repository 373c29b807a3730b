import type { InspectOptions } from '../../core/generated/executors/inspect.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runInspect } from './run-inspect.js';

/** The executor `nx-gguf:inspect`. */
export default executor<InspectOptions>(executorSchema('inspect'), runInspect);
