#!/usr/bin/env node
import { isGgufError } from 'nx-gguf/store';
import { runCommand } from '../cli/command.js';

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  nowMs: Date.now,
  print: (text) => process.stdout.write(`${text}\n`),
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
