import { kldBaseSchema, type KldBaseOptions } from '../../core/generated/executors/kld-base.generated.js';
import { executor } from '../run/run-executor.js';
import { runTarget } from '../run/run-target.js';

/** The executor `nx-gguf:kld-base`. */
export default executor<KldBaseOptions>(kldBaseSchema, (execution) => runTarget('kld-base', execution));
