import { isGgufError } from '../../plugins/nx-gguf/src/core/errors.js';

/** What the work says of its end, 'ok' where it says nothing, or the code of its error. What has no code is thrown. */
export async function codedOutcome(work: () => unknown): Promise<string> {
  try {
    const end = await work();
    return typeof end === 'string' ? end : 'ok';
  } catch (error) {
    if (isGgufError(error)) return error.code;
    throw error;
  }
}
