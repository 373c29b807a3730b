import { join } from 'node:path';
import type { PostTasksExecution } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { readManifest } from '../store/actions.js';
import { storeLayout } from '../store/layout.js';
import { defaultStoreRoot } from '../store/store.js';
import { plainError } from './errors.js';
import { placeFiles } from './placed-files.js';

const cached: ReadonlySet<string> = new Set(['local-cache', 'remote-cache', 'local-cache-kept-existing']);

/**
 * Nx restores manifests only. After a run this puts the files of targets that came out of Nx's cache where people look
 * for them: links, so it costs milliseconds, and no executor starts for it. A target that the command line named and
 * whose bytes are gone fails the run, with the command that makes them again.
 */
export const placeRequested: PostTasksExecution = async (_options, { taskResults, workspaceRoot, argv }) => {
  const store = storeLayout(defaultStoreRoot(process.env));
  const gone = new Map<string, string[]>();
  for (const { task, status } of Object.values(taskResults)) {
    if (!cached.has(status)) continue;
    for (const output of task.outputs.filter((path) => path.endsWith('/artifact.json'))) {
      const manifest = await readManifest(join(workspaceRoot, output)).catch(() => null);
      if (manifest === null) continue;
      const { missing } = await placeFiles(manifest, task.target.project, { root: workspaceRoot, store });
      if (missing.length > 0 && isNamed(task.target.target, argv)) gone.set(task.id, missing);
    }
  }
  if (gone.size > 0) throw plainError(filesGone(gone));
};

/** True when a command line names a target, or the aggregate that it belongs to (`quantize` for `quantize:Q6_K`). */
export function isNamed(target: string, argv: readonly string[]): boolean {
  const names = [target, target.split(':')[0] ?? target];
  const words = argv.flatMap((argument) => argument.replace(/^--?\w+=/, '').split(','));
  return words.some((word) => names.some((name) => word === name || word.endsWith(`:${name}`)));
}

function filesGone(gone: ReadonlyMap<string, readonly string[]>): GgufError {
  const files = [...gone].map(([task, missing]) => `${task} is unchanged, but its files are not on this machine any more: ${missing.join(', ')}`);
  const commands = [...gone.keys()].map((task) => `nx run ${task} --skip-nx-cache --exclude-task-dependencies`);
  return new GgufError('FILES_GONE', files.join('\n'), { hint: `Make them again with:\n${commands.join('\n')}` });
}
