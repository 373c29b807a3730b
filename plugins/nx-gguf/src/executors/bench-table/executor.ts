import {
  benchTableSchema,
  type BenchTableOptions,
} from '../../core/generated/executors/bench-table.generated.js';
import { executor } from '../../task/run-executor.js';
import { runBenchTable } from './run-bench-table.js';

/** The executor `nx-gguf:bench-table`. */
export default executor<BenchTableOptions>(benchTableSchema, runBenchTable);
