import type { ServeReportOptions } from '../../core/generated/executors/serve-report.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runServeReport } from '../../report-server/serve-report.js';

/** The executor `nx-gguf:serve-report`. */
export default executor<ServeReportOptions>(executorSchema('serve-report'), runServeReport);
