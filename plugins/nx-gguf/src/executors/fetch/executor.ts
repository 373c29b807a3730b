import type { FetchOptions } from '../../core/generated/executors/fetch.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:fetch`. */
export default executor<FetchOptions>(executorSchema('fetch'), (execution) => runTarget('fetch', execution));
