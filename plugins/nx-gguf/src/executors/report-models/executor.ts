import type { ReportModelsOptions } from '../../core/generated/executors/report-models.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor, type CommonOptions } from '../../task/run-executor.js';
import { runReportModels } from '../../report-server/report-models.js';

/** The executor `nx-gguf:report-models`. */
export default executor<ReportModelsOptions & CommonOptions>(
  executorSchema('report-models'),
  runReportModels,
);
