import { join } from 'node:path';
import type { PostTasksExecution } from '@nx/devkit';
import { GgufError, isGgufError } from '../core/errors.js';
import { createRemotes } from '../remote/create-remotes.js';
import { readManifest } from '../store/actions.js';
import { storeLayout } from '../store/layout.js';
import { defaultStoreRoot, storeSettings } from '../store/store.js';
import { targetPrefix } from '../infer/target-prefix.js';
import { plainError } from '../terminal/report-error.js';
import { runName } from './run-name.js';
import { isNamed } from './named-targets.js';
import { placeFiles, type PlacedFiles } from '../results/placed-files.js';
import { progressReporter } from '../terminal/progress.js';

const cached: ReadonlySet<string> = new Set(['local-cache', 'remote-cache', 'local-cache-kept-existing']);

/** Nx gives a hook ten minutes. */
const longestDownloadMs = 540_000;

/**
 * Nx restores manifests only. After a run this puts the files of targets that came out of Nx's cache where
 * people look for them: links, so it costs milliseconds, and no executor starts for it. What the command line
 * named is brought from the remotes when it is not here. Bytes that are gone everywhere are normally found
 * missing before the run. A target that Nx restored without such a check fails the run, and the error names
 * the command that makes its files again.
 */
export const placeRequested: PostTasksExecution = async (
  options,
  { id, taskResults, workspaceRoot, argv },
) => {
  const store = storeLayout(defaultStoreRoot(process.env), storeSettings(process.env));
  const progress = progressReporter({
    write: (text) => process.stdout.write(text),
    isTerminal: process.stdout.isTTY,
    nowMs: () => performance.now(),
  });
  const signal = AbortSignal.timeout(longestDownloadMs);
  const remotes = createRemotes({
    store,
    env: process.env,
    pluginOptions: options,
    run: runName(id),
    report: progress.report,
    signal,
  });
  const gone = new Map<string, string[]>();
  for (const { task, status } of Object.values(taskResults)) {
    if (!cached.has(status)) continue;
    for (const output of task.outputs.filter((path) => path.endsWith('/artifact.json'))) {
      const manifest = await readManifest(join(workspaceRoot, output)).catch(() => null);
      if (manifest === null) continue;
      const place = () =>
        placeFiles(manifest, task.target.project, {
          root: workspaceRoot,
          store,
          report: progress.report,
          signal,
        });
      const { missing, damaged } = await place().catch(whenInTime);
      for (const { code, message } of damaged)
        progress.report({ type: 'warning', message: `${code}: ${message}` });
      if (missing.length === 0 || !isNamed(task.target, argv, targetPrefix(options))) continue;
      const still = (await remotes.bring(manifest.files).catch(unlessInterrupted))
        ? (await place().catch(whenInTime)).missing
        : missing;
      if (still.length > 0) gone.set(task.id, still);
    }
  }
  await remotes.finish();
  progress.end();
  if (gone.size > 0) throw plainError(filesGone(gone, remotes.names));
};

/** A download that takes longer than the hook's limit is continued by the command that the error names. */
function unlessInterrupted(error: unknown): false {
  if (isGgufError(error) && error.code === 'INTERRUPTED') return false;
  throw plainError(error);
}

/** What could not be hashed in the hook's time is hashed by the next run that places it. */
function whenInTime(error: unknown): Pick<PlacedFiles, 'missing' | 'damaged'> {
  if (isGgufError(error) && error.code === 'INTERRUPTED') return { missing: [], damaged: [] };
  throw plainError(error);
}

function filesGone(gone: ReadonlyMap<string, readonly string[]>, remotes: readonly string[]): GgufError {
  const places = ['this machine', ...remotes].join(' or ');
  const files = [...gone].map(
    ([task, missing]) =>
      `${task} is unchanged, but its files are not on ${places} any more: ${missing.join(', ')}`,
  );
  const commands = [...gone.keys()].map(
    (task) => `nx run ${task} --skip-nx-cache --exclude-task-dependencies`,
  );
  return new GgufError('FILES_GONE', files.join('\n'), {
    hint: `Make them again with:\n${commands.join('\n')}`,
  });
}
