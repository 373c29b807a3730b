import type { BenchTableOptions } from '../../core/generated/executors/bench-table.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runBenchTable } from './run-bench-table.js';

/** The executor `nx-gguf:bench-table`. */
export default executor<BenchTableOptions>(executorSchema('bench-table'), runBenchTable);
