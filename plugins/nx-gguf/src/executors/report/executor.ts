import type { ReportOptions } from '../../core/generated/executors/report.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:report`. */
export default executor<ReportOptions>(executorSchema('report'), (execution) =>
  runTarget('report', execution),
);
