import { cardSchema, type CardOptions } from '../../core/generated/executors/card.generated.js';
import { executor } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';

/** The executor `nx-gguf:card`. */
export default executor<CardOptions>(cardSchema, (execution) => runTarget('card', execution));
