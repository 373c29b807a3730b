import type { PostTasksExecution, PreTasksExecution } from '@nx/devkit';
import { targetPrefix } from './infer/target-prefix.js';
import { mayNameConfiguration } from './hooks/misspelt-target.js';
import { namesFiles } from './hooks/named-targets.js';
import { nxRemoteVariable } from './hooks/nx-remote-variable.js';
import { projectsOfGraph } from './infer/create-dependencies.js';

export { createDependencies } from './infer/create-dependencies.js';
export { createNodes } from './infer/create-nodes.js';

/** The name under which Nx lists this plugin. */
export const name = 'nx-gguf';

/**
 * The environment itself: Nx has a stand-in in its place while a hook runs before tasks, to learn what that
 * sets.
 */
const { env } = process;

/** After a run, puts the files of targets that came out of Nx's cache where people look for them. */
export const postTasksExecution: PostTasksExecution = async (options, context) => {
  // Nx starts the plugin before it builds the graph too, when this is not needed: loading it then would cost
  // each command.
  const { placeRequested } = await import('./hooks/place-requested.js');
  await placeRequested(options, context);
};

/**
 * Before a run, refuses a target with a typo, which Nx would take for all variants, and tasks with options that
 * there are none of or that need a project which is not there; and has Nx run again what it would restore
 * though its files are gone. And a comparison (`--against`) is answered anew each time: it
 * depends on things that are no inputs of the plan. An input that is never the same twice keeps Nx from
 * replaying an old one.
 */
export const preTasksExecution: PreTasksExecution = async (options, context) => {
  if (context.argv.some((argument) => /^--against(=|$)/.test(argument)))
    process.env['NX_GGUF_COMPARISON'] = context.id;
  await withoutDeadCache();
  const prefix = targetPrefix(options);
  if (mayNameConfiguration(context.argv, prefix)) {
    const { refuseMisspelt } = await import('./hooks/refuse-misspelt.js');
    await refuseMisspelt(context.argv, { workspaceRoot: context.workspaceRoot, prefix });
  }
  const projects = projectsOfGraph();
  if (projects !== null) {
    const { refuseMisdeclared } = await import('./hooks/refuse-misdeclared.js');
    await refuseMisdeclared(context.argv, { workspaceRoot: context.workspaceRoot, projects });
  }
  if (!namesFiles(context.argv, prefix)) return;
  const { markMissing } = await import('./hooks/missing-results.js');
  await markMissing(options, context);
};

/** Switches Nx's remote cache off for this run when its server is down: with it Nx would end the run. */
async function withoutDeadCache(): Promise<void> {
  const server = env[nxRemoteVariable];
  if (server === undefined || server === '') return;
  const { nxRemoteProblem } = await import('./hooks/nx-remote.js');
  const problem = await nxRemoteProblem(env);
  if (problem === null) return;
  const { terminalMessage } = await import('./terminal/terminal-text.js');
  process.stdout.write(`${terminalMessage(`warning: Nx's remote cache ${problem}; going on without it`)}\n`);
  process.env[nxRemoteVariable] = '';
  // Nx was told. Where this process serves the next run too, that asks anew.
  if (process.env !== env) env[nxRemoteVariable] = server;
}
