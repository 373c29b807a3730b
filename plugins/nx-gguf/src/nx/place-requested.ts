import { join } from 'node:path';
import type { PostTasksExecution } from '@nx/devkit';
import { GgufError, isGgufError } from '../core/errors.js';
import { createRemotes } from '../remote/create-remotes.js';
import { readManifest } from '../store/actions.js';
import { storeLayout } from '../store/layout.js';
import { processName } from '../store/owned-name.js';
import { defaultStoreRoot } from '../store/store.js';
import { plainError } from './errors.js';
import { placeFiles } from './placed-files.js';
import { progressReporter } from './progress.js';

const cached: ReadonlySet<string> = new Set(['local-cache', 'remote-cache', 'local-cache-kept-existing']);

/** Nx gives a hook ten minutes. */
const longestDownloadMs = 540_000;

/**
 * Nx restores manifests only. After a run this puts the files of targets that came out of Nx's cache where people look
 * for them: links, so it costs milliseconds, and no executor starts for it. What the command line named is brought from
 * the remotes when it is not here; a target whose bytes are gone everywhere fails the run, with the command that makes
 * them again.
 */
export const placeRequested: PostTasksExecution = async (options, { taskResults, workspaceRoot, argv }) => {
  const store = storeLayout(defaultStoreRoot(process.env));
  const progress = progressReporter({ write: (text) => process.stdout.write(text), isTerminal: process.stdout.isTTY, nowMs: () => performance.now() });
  const remotes = createRemotes({ store, env: process.env, pluginOptions: options, run: processName(process.ppid), report: progress.report, signal: AbortSignal.timeout(longestDownloadMs) });
  const gone = new Map<string, string[]>();
  for (const { task, status } of Object.values(taskResults)) {
    if (!cached.has(status)) continue;
    for (const output of task.outputs.filter((path) => path.endsWith('/artifact.json'))) {
      const manifest = await readManifest(join(workspaceRoot, output)).catch(() => null);
      if (manifest === null) continue;
      const place = () => placeFiles(manifest, task.target.project, { root: workspaceRoot, store });
      const { missing } = await place();
      if (missing.length === 0 || !isNamed(task.target.target, argv)) continue;
      const still = (await remotes.bring(manifest.files).catch(unlessInterrupted)) ? (await place()).missing : missing;
      if (still.length > 0) gone.set(task.id, still);
    }
  }
  await remotes.finish();
  progress.end();
  if (gone.size > 0) throw plainError(filesGone(gone, remotes.names));
};

/** A download that takes longer than a hook may go on; the command that the error names goes on with it. */
function unlessInterrupted(error: unknown): false {
  if (isGgufError(error) && error.code === 'INTERRUPTED') return false;
  throw plainError(error);
}

/** True when a command line names a target, or the aggregate that it belongs to (`quantize` for `quantize:Q6_K`). */
export function isNamed(target: string, argv: readonly string[]): boolean {
  const names = [target, target.split(':')[0] ?? target];
  const words = argv.flatMap((argument) => argument.replace(/^--?\w+=/, '').split(','));
  return words.some((word) => names.some((name) => word === name || word.endsWith(`:${name}`)));
}

function filesGone(gone: ReadonlyMap<string, readonly string[]>, remotes: readonly string[]): GgufError {
  const places = ['this machine', ...remotes].join(' or ');
  const files = [...gone].map(([task, missing]) => `${task} is unchanged, but its files are not on ${places} any more: ${missing.join(', ')}`);
  const commands = [...gone.keys()].map((task) => `nx run ${task} --skip-nx-cache --exclude-task-dependencies`);
  return new GgufError('FILES_GONE', files.join('\n'), { hint: `Make them again with:\n${commands.join('\n')}` });
}
