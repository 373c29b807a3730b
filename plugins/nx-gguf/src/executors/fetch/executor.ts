import { fetchSchema, type FetchOptions } from '../../core/generated/executors/fetch.generated.js';
import { executor } from '../run/run-executor.js';
import { runTarget } from '../run/run-target.js';

/** The executor `nx-gguf:fetch`. */
export default executor<FetchOptions>(fetchSchema, (execution) => runTarget('fetch', execution));
