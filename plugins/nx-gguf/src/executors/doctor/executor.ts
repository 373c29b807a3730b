import type { DoctorOptions } from '../../core/generated/executors/doctor.generated.js';
import { executorSchema } from '../../core/schema-files.js';
import { executor } from '../../task/run-executor.js';
import { runDoctor } from '../../task/run-toolchain.js';

/** The executor `nx-gguf:doctor`. */
export default executor<DoctorOptions>(executorSchema('doctor'), runDoctor);
