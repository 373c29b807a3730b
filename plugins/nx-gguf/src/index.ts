import type { PostTasksExecution } from '@nx/devkit';

export { logicTag as createNodes } from './nx/logic-tag.js';

/** The name under which Nx lists this plugin. */
export const name = 'nx-gguf';

/** After a run, puts the files of targets that came out of Nx's cache where people look for them. */
export const postTasksExecution: PostTasksExecution = async (options, context) => {
  // Nx starts the plugin before it builds the graph too, when this is not needed: loading it then would cost each command.
  const { placeRequested } = await import('./nx/place-requested.js');
  await placeRequested(options, context);
};
