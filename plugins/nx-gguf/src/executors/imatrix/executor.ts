import { imatrixSchema, type ImatrixOptions } from '../../core/generated/executors/imatrix.generated.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:imatrix`. */
export default executor<ImatrixOptions>(imatrixSchema, (execution) => runTarget('imatrix', execution));
