#!/usr/bin/env node
import { errorText } from '../terminal/report-error.js';
import { runGgufCommand } from './gguf-command.js';
import { loadWorkspaceEnvironment, workspaceRootOf } from './workspace-environment.js';

loadWorkspaceEnvironment(workspaceRootOf(process.cwd()), process.env);

process.exitCode = await runGgufCommand(process.argv.slice(2), {
  env: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  report: (event) => {
    if (event.type !== 'progress') process.stderr.write(`${event.message}\n`);
  },
}).catch((error: unknown) => {
  process.stderr.write(errorText(error));
  return 2;
});
