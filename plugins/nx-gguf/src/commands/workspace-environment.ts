import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { config } from 'dotenv';
import { expand } from 'dotenv-expand';
import { parseJson } from '../core/json/json-text.js';
import { pluginOptions } from '../infer/plugin-options.js';

/**
 * The files that Nx reads for a task from the root of a workspace, in its order: the first that sets a
 * variable counts.
 */
const files = ['.env.local', '.local.env', '.env'];

/**
 * The workspace that a directory is in: the nearest directory above, or it itself, with an nx.json. Null when
 * there is none.
 */
export function workspaceRootOf(directory: string): string | null {
  if (existsSync(join(directory, 'nx.json'))) return directory;
  const above = dirname(directory);
  return above === directory ? null : workspaceRootOf(above);
}

/**
 * Adds to the environment what the workspace's files declare, as Nx does for tasks: what is set already
 * stays, variables in values are replaced, and NX_LOAD_DOT_ENV_FILES=false switches it off.
 */
export function loadWorkspaceEnvironment(root: string | null, env: Record<string, string | undefined>): void {
  if (root === null || env['NX_LOAD_DOT_ENV_FILES'] === 'false') return;
  const processEnv = env as Record<string, string>;
  expand({ ...config({ path: files.map((file) => join(root, file)), processEnv }), processEnv });
}

/** The options of the plugin in the workspace's nx.json; undefined when they cannot be read. */
export function workspacePluginOptions(root: string | null): unknown {
  if (root === null) return undefined;
  try {
    const read = parseJson(readFileSync(join(root, 'nx.json'), 'utf8'));
    return 'value' in read ? pluginOptions(read.value as Parameters<typeof pluginOptions>[0]) : undefined;
  } catch {
    return undefined;
  }
}
