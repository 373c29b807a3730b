import type { CompareOptions } from '../../core/generated/executors/compare.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runCompare } from './run-compare.js';

/** The executor `nx-gguf:compare`. */
export default executor<CompareOptions>(executorSchema('compare'), runCompare);
