import type { PostTasksExecution, PreTasksExecution } from '@nx/devkit';

export { logicTag as createNodes } from './nx/logic-tag.js';

/** The name under which Nx lists this plugin. */
export const name = 'nx-gguf';

/** After a run, puts the files of targets that came out of Nx's cache where people look for them. */
export const postTasksExecution: PostTasksExecution = async (options, context) => {
  // Nx starts the plugin before it builds the graph too, when this is not needed: loading it then would cost each command.
  const { placeRequested } = await import('./nx/place-requested.js');
  await placeRequested(options, context);
};

/**
 * A comparison (`--against`) is answered anew each time: it depends on things that are no inputs of the plan. An input that is
 * never the same twice keeps Nx from replaying an old one.
 */
export const preTasksExecution: PreTasksExecution = (_options, { id, argv }) => {
  if (argv.some((argument) => /^--against(=|$)/.test(argument))) process.env['NX_GGUF_COMPARISON'] = id;
};
