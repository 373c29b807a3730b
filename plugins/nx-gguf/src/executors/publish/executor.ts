import type { PublishOptions } from '../../core/generated/executors/publish.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runPublish } from '../../publishing/publish.js';

/** The executor `nx-gguf:publish`. */
export default executor<PublishOptions>(executorSchema('publish'), runPublish);
