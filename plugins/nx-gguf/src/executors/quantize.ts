import { quantizeSchema, type QuantizeOptions } from '../core/generated/executors/quantize.generated.js';
import { executor } from '../nx/run-executor.js';
import { runTarget } from '../nx/run-target.js';

/** The executor `nx-gguf:quantize`. */
export default executor<QuantizeOptions>(quantizeSchema, (execution) => runTarget('quantize', execution));
