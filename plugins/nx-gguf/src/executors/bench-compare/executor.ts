import type { BenchCompareOptions } from '../../core/generated/executors/bench-compare.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runBenchCompare } from './run-bench-compare.js';

/** The executor `nx-gguf:bench-compare`. */
export default executor<BenchCompareOptions>(executorSchema('bench-compare'), runBenchCompare);
