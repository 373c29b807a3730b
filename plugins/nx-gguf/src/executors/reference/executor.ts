import {
  referenceSchema,
  type ReferenceOptions,
} from '../../core/generated/executors/reference.generated.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:reference`. */
export default executor<ReferenceOptions>(referenceSchema, (execution) => runTarget('reference', execution));
