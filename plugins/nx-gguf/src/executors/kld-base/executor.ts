import { kldBaseSchema, type KldBaseOptions } from '../../core/generated/executors/kld-base.generated.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:kld-base`. */
export default executor<KldBaseOptions>(kldBaseSchema, (execution) => runTarget('kld-base', execution));
