import type { ServeReportOptions } from '../core/generated/executors/serve-report.generated.js';
import { executorSchema } from '../core/schema-files.js';
import { executor } from '../nx/run-executor.js';
import { runServeReport } from '../nx/run-serve-report.js';

/** The executor `nx-gguf:serve-report`. */
export default executor<ServeReportOptions>(executorSchema('serve-report'), runServeReport);
