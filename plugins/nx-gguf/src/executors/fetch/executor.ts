import { fetchSchema, type FetchOptions } from '../../core/generated/executors/fetch.generated.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:fetch`. */
export default executor<FetchOptions>(fetchSchema, (execution) => runTarget('fetch', execution));
