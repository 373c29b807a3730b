import type { DoctorOptions } from '../core/generated/executors/doctor.generated.js';
import { executorSchema } from '../core/schema-files.js';
import { executor } from '../nx/run-executor.js';
import { runDoctor } from '../nx/run-toolchain.js';

/** The executor `nx-gguf:doctor`. */
export default executor<DoctorOptions>(executorSchema('doctor'), runDoctor);
