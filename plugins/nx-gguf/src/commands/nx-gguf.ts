import { errorText } from '../terminal/report-error.js';
import { runNxGguf } from './nx-gguf-command.js';
import {
  loadWorkspaceEnvironment,
  workspacePluginOptions,
  workspaceRootOf,
} from './workspace-environment.js';

/**
 * Runs `nx-gguf` in this process, for the launchers of the package; the exit code: 0 when all is fine, 1 when
 * the answer is no (see the commands), 2 for trouble. A script can tell files that differ from a file that could
 * not be read, as with diff and cmp.
 */
export async function main(argv: readonly string[]): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader);
  const root = workspaceRootOf(process.cwd());
  loadWorkspaceEnvironment(root, process.env);
  return runNxGguf(argv, {
    env: process.env,
    pluginOptions: workspacePluginOptions(root),
    workspaceRoot: root,
    nowMs: Date.now(),
    print: (text) => process.stdout.write(`${text}\n`),
    report: (event) => {
      if (event.type !== 'progress') process.stderr.write(`${event.message}\n`);
    },
  }).catch((error: unknown) => {
    process.stderr.write(errorText(error));
    return 2;
  });
}

/** Whoever reads the output may stop before its end, as `head` does: that is no error. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}
