import { cardSchema, type CardOptions } from '../core/generated/executors/card.generated.js';
import { executor } from '../nx/run-executor.js';
import { runTarget } from '../nx/run-target.js';

/** The executor `nx-gguf:card`. */
export default executor<CardOptions>(cardSchema, (execution) => runTarget('card', execution));
