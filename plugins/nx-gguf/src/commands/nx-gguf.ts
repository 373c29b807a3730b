import { GgufError } from '../core/errors.js';
import { progressReporter } from '../terminal/progress.js';
import { errorText } from '../terminal/report-error.js';
import { terminalMessage, terminalText } from '../terminal/terminal-text.js';
import { defaultStoreRoot, storeFailure } from '../store/store.js';
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
  const progress = progressReporter({
    write: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    nowMs: () => performance.now(),
  });
  try {
    const root = workspaceRootOf(workingDirectory());
    loadWorkspaceEnvironment(root, process.env);
    return await runNxGguf(argv, {
      env: process.env,
      pluginOptions: workspacePluginOptions(root),
      workspaceRoot: root,
      nowMs: Date.now(),
      print: (text) => {
        progress.end();
        process.stdout.write(`${terminalText(text)}\n`);
      },
      report: (event) => {
        if (event.type === 'progress') progress.report(event);
        else process.stderr.write(`${terminalMessage(event.message)}\n`);
      },
    });
  } catch (error) {
    process.stderr.write(errorText(storeFailure(error, defaultStoreRoot(process.env))));
    return 2;
  }
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new GgufError('FILE_MISSING', 'the directory that this shell is in is not there any more', {
      cause,
      hint: 'Change to another one with `cd`.',
    });
  }
}

/** Whoever reads the output may stop before its end, as `head` does: that is no error. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}
