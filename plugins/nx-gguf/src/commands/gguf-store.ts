#!/usr/bin/env node
import { errorText } from '../terminal/report-error.js';
import { runStoreCommand } from './store-command.js';
import {
  loadWorkspaceEnvironment,
  workspacePluginOptions,
  workspaceRootOf,
} from './workspace-environment.js';

const root = workspaceRootOf(process.cwd());
loadWorkspaceEnvironment(root, process.env);

process.exitCode = await runStoreCommand(process.argv.slice(2), {
  env: process.env,
  pluginOptions: workspacePluginOptions(root),
  nowMs: Date.now(),
  print: (text) => process.stdout.write(`${text}\n`),
}).catch((error: unknown) => {
  process.stderr.write(errorText(error));
  return 1;
});
