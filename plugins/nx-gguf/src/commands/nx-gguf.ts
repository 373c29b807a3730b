import { errorText } from '../terminal/report-error.js';
import { runNxGguf } from './nx-gguf-command.js';
import {
  loadWorkspaceEnvironment,
  workspacePluginOptions,
  workspaceRootOf,
} from './workspace-environment.js';

/** Runs `nx-gguf` in this process, for the launchers of the package; the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const root = workspaceRootOf(process.cwd());
  loadWorkspaceEnvironment(root, process.env);
  return runNxGguf(argv, {
    env: process.env,
    pluginOptions: workspacePluginOptions(root),
    nowMs: Date.now(),
    print: (text) => process.stdout.write(`${text}\n`),
    report: (event) => {
      if (event.type !== 'progress') process.stderr.write(`${event.message}\n`);
    },
  }).catch((error: unknown) => {
    process.stderr.write(errorText(error));
    // Comparing exits with 1 where the files differ.
    return argv[0] === 'store' ? 1 : 2;
  });
}
