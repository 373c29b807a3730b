import type { MaterializeOptions } from '../core/generated/executors/materialize.generated.js';
import { executorSchema } from '../core/schema-files.js';
import { executor } from '../nx/run-executor.js';
import { runMaterialize } from '../nx/run-materialize.js';

/** The executor `nx-gguf:materialize`. */
export default executor<MaterializeOptions>(executorSchema('materialize'), runMaterialize);
