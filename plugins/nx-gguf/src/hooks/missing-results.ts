import { join } from 'node:path';
import type { PreTasksExecution } from '@nx/devkit';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import { ordinaryPatience } from '../remote/breaker.js';
import { createRemotes } from '../remote/create-remotes.js';
import type { Remotes } from '../remote/remotes.js';
import { storeLayout, type StoreLayout } from '../store/layout.js';
import { defaultStoreRoot } from '../store/store.js';
import { rerunValue, rerunVariable } from '../core/rerun-input.js';
import { targetPrefix } from '../infer/target-prefix.js';
import { cachedProjects } from './cached-projects.js';
import { manifestsUnder, restorableManifests, type TargetManifest } from '../results/manifests.js';
import { isNamed, unmatchedWords, type NamedTarget } from './named-targets.js';
import { lostFiles } from '../results/placed-files.js';

/**
 * The search for files must not hold up a run for long. A file that a slow remote has not confirmed in time
 * counts as gone: its target runs, and brings it.
 */
const patience = { ...ordinaryPatience, answerMs: 2_000, answersMs: 6_000 };
const longestMs = 20_000;

/**
 * Nx knows manifests, and not whether the files that they name still exist. Before a run this checks the
 * files of the targets that the command line names. A target with a file that is neither on this machine nor
 * on a remote is run again by Nx, because of an environment variable that is an input of that target alone. A
 * file on this machine costs one look at the disk, a file on a remote one request.
 */
export const markMissing: PreTasksExecution = async (options, { id, workspaceRoot, argv }) => {
  const store = storeLayout(defaultStoreRoot(process.env));
  try {
    // Silent, and under a name of its own: a remote that is down is reported by the task that needs it.
    const remotes = createRemotes({
      store,
      env: process.env,
      pluginOptions: options,
      run: `${id} before`,
      report: () => undefined,
      patience,
      signal: AbortSignal.timeout(longestMs),
    });
    const gone = await targetsMissingFiles({
      workspaceRoot,
      argv,
      store,
      remotes,
      prefix: targetPrefix(options),
    }).finally(() => remotes.close());
    if (gone.length === 0) return;
    const projects = await cachedProjects();
    for (const { project, target, names } of gone) {
      const root = projects?.[project]?.root;
      if (root !== undefined) process.env[rerunVariable({ root, target })] = rerunValue(id, names);
    }
  } catch {
    // Any fault of a remote's address or of the disk is reported by the tasks that meet it.
  }
};

/** Where results are looked for. */
export interface Lookout {
  workspaceRoot: string;
  argv: readonly string[];
  store: StoreLayout;
  remotes: Pick<Remotes, 'lacking'>;
  /** The prefix of target names. */
  prefix?: string;
  /**
   * Directory of Nx's cache, which is looked up only when the command line names a target without a manifest
   * under `dist/`.
   */
  cacheDirectory?: () => Promise<string | null>;
}

/** A target whose files are gone. */
export interface TargetMissingFiles {
  project: string;
  /** Without prefix, e.g. `quantize:Q4_K_M`. */
  target: string;
  names: string[];
}

/**
 * The targets that the command line names and whose files are gone everywhere, with the names of these files.
 */
export async function targetsMissingFiles({
  workspaceRoot,
  argv,
  store,
  remotes,
  prefix = '',
  cacheDirectory = nxCache,
}: Lookout): Promise<TargetMissingFiles[]> {
  const inNx = ({ project, target }: TargetManifest): NamedTarget => ({
    project,
    target: `${prefix}${target}`,
  });
  const present = (await manifestsUnder(join(workspaceRoot, 'dist'))).filter((result) =>
    isNamed(inNx(result), argv, prefix),
  );
  const absent = unmatchedWords(present.map(inNx), argv, prefix);
  const cached =
    absent.length === 0
      ? []
      : (await restorableManifests(await cacheDirectory())).filter((result) =>
          isNamed(inNx(result), absent, prefix),
        );
  const missing: { project: string; target: string; file: ManifestFile }[] = [];
  for (const { manifest, project, target } of [...present, ...cached]) {
    for (const file of await lostFiles(manifest, project, { root: workspaceRoot, store }))
      missing.push({ project, target, file });
  }
  const lacking = new Set(
    (await remotes.lacking(missing.map(({ file }) => file))).map(({ sha256 }) => sha256),
  );
  const gone = new Map<string, TargetMissingFiles>();
  for (const {
    project,
    target,
    file: { name, sha256 },
  } of missing) {
    if (!lacking.has(sha256)) continue;
    const key = `${project}:${target}`;
    gone.set(key, { project, target, names: [...new Set([...(gone.get(key)?.names ?? []), name])] });
  }
  return [...gone.values()];
}

/** Where Nx keeps what it restores, on this machine. */
async function nxCache(): Promise<string | null> {
  // Loaded for this alone, which most runs do not need.
  return import('@nx/devkit').then(
    ({ cacheDir }) => cacheDir,
    () => null,
  );
}
