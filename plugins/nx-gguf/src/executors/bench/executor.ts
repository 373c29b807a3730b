import type { BenchOptions } from '../../core/generated/executors/bench.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runBench } from './run-bench.js';

/** The executor `nx-gguf:bench`. */
export default executor<BenchOptions>(executorSchema('bench'), runBench);
