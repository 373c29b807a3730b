import { reportSchema, type ReportOptions } from '../../core/generated/executors/report.generated.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:report`. */
export default executor<ReportOptions>(reportSchema, (execution) => runTarget('report', execution));
