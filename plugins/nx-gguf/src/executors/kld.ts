import { kldSchema, type KldOptions } from '../core/generated/executors/kld.generated.js';
import { executor } from '../nx/run-executor.js';
import { runTarget } from '../nx/run-target.js';

/** The executor `nx-gguf:kld`. */
export default executor<KldOptions>(kldSchema, (execution) => runTarget('kld', execution));
