export { postTasksExecution } from './nx/place-requested.js';

/** The name under which Nx lists this plugin. */
export const name = 'nx-gguf';
