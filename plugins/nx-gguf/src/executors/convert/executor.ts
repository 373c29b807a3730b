import { convertSchema, type ConvertOptions } from '../../core/generated/executors/convert.generated.js';
import { executor } from '../run/run-executor.js';
import { runTarget } from '../run/run-target.js';

/** The executor `nx-gguf:convert`. */
export default executor<ConvertOptions>(convertSchema, (execution) => runTarget('convert', execution));
