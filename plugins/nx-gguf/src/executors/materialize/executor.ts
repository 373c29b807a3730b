import type { MaterializeOptions } from '../../core/generated/executors/materialize.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runMaterialize } from './run-materialize.js';

/** The executor `nx-gguf:materialize`. */
export default executor<MaterializeOptions>(executorSchema('materialize'), runMaterialize);
