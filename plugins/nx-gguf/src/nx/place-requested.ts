import type { PostTasksExecution } from '@nx/devkit';
import { readManifest } from '../store/actions.js';
import { defaultStoreRoot } from '../store/store.js';
import { storeLayout } from '../store/layout.js';
import { join } from 'node:path';
import { placeFiles } from './run-target.js';

const cached: ReadonlySet<string> = new Set(['local-cache', 'remote-cache', 'local-cache-kept-existing']);

/**
 * Nx restores manifests only. After a run this puts the files of targets that came out of Nx's cache where people look
 * for them, as far as the store has their bytes: links, so it costs milliseconds, and no executor starts for it.
 */
export const placeRequested: PostTasksExecution = async (_options, { taskResults, workspaceRoot }) => {
  const store = storeLayout(defaultStoreRoot(process.env));
  for (const { task, status } of Object.values(taskResults)) {
    if (!cached.has(status)) continue;
    for (const output of task.outputs.filter((path) => path.endsWith('/artifact.json'))) {
      const manifest = await readManifest(join(workspaceRoot, output)).catch(() => null);
      if (manifest !== null) await placeFiles(manifest, task.target.project, { workspace: { root: workspaceRoot, projects: {} }, store }).catch(() => []);
    }
  }
};
