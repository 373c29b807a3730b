import {
  materializeSchema,
  type MaterializeOptions,
} from '../../core/generated/executors/materialize.generated.js';
import { executor } from '../../task/run-executor.js';
import { runMaterialize } from './run-materialize.js';

/** The executor `nx-gguf:materialize`. */
export default executor<MaterializeOptions>(materializeSchema, runMaterialize);
