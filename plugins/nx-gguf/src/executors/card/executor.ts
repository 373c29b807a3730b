import type { CardOptions } from '../../core/generated/executors/card.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:card`. */
export default executor<CardOptions>(executorSchema('card'), (execution) => runTarget('card', execution));
