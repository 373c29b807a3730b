import { convertSchema, type ConvertOptions } from '../../core/generated/executors/convert.generated.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:convert`. */
export default executor<ConvertOptions>(convertSchema, (execution) => runTarget('convert', execution));
