import { isGgufError } from 'nx-gguf/store';
import { runCommand } from '../cli/command.js';

/** Runs `nx-gguf-cache-server` in this process, for the launcher of the package; the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  return runCommand(argv, {
    env: process.env,
    cwd: process.cwd(),
    nowMs: Date.now,
    print: (text) => process.stdout.write(`${text}\n`),
    isTerminal: process.stdout.isTTY,
    logTo: process.stdout,
    stopped: new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
  }).catch((error: unknown) => {
    process.stderr.write(
      isGgufError(error)
        ? `${error.code}: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`
        : `${String(error)}\n`,
    );
    return 1;
  });
}
