import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type Json } from '../../core/json/canonical-json.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { jsonOrNull } from '../../core/json/json-reader.js';
import { readSmallText } from '../../files/small-file.js';
import { ownNames } from '../../files/own-tree.js';
import { withLock } from '../../store/lock.js';
import { treeBytes } from '../../store/usage.js';
import { recordFile } from '../once-per-identity.js';

/** What is kept of the toolchains. */
export interface ToolchainKeep {
  /** The identities that kept manifests name, see `toolchainsNamed`. */
  named: ReadonlySet<string>;
  /** Toolchains that were used since then (ms since 1970) stay. */
  usedSinceMs: number;
  dryRun: boolean;
}

/** A toolchain that was removed, or would be: a directory below the root of all toolchains. */
export interface RemovedToolchain {
  name: string;
  sizeBytes: number;
}

/**
 * The identities of the toolchains that a manifest names: those that made it, and the one that it is the
 * result of.
 */
export function toolchainsNamed({ facts, provenance }: Pick<Manifest, 'facts' | 'provenance'>): string[] {
  return [facts['identity'], ...Object.values(provenance.toolchain ?? {})]
    .filter((identity) => identity !== undefined)
    .map((identity) => canonicalJson(identity as Json));
}

/**
 * Removes toolchains that were not used for long and that no kept manifest names, and leftovers of killed
 * builds. Toolchains that are being made are left alone.
 */
export async function removeUnusedToolchains(root: string, keep: ToolchainKeep): Promise<RemovedToolchain[]> {
  const removed: RemovedToolchain[] = [];
  const unfinished = (await ownNames(root, join(root, 'work'))).map((name) => join('work', name));
  for (const name of [...(await ownNames(root, root)), ...unfinished]) {
    if (name === 'locks' || name === 'work' || !(await isUnused(join(root, name), keep))) continue;
    const waited = new AbortController();
    await withLock(
      join(root, 'locks', name.replace(/^work./, '')),
      async () => {
        if (!(await isUnused(join(root, name), keep))) return;
        removed.push({ name, sizeBytes: await treeBytes(join(root, name)) });
        if (keep.dryRun) return;
        // A directory without a record is as good as none, however little of it could be removed.
        await rm(join(root, name, recordFile), { force: true });
        await rm(join(root, name), { recursive: true, force: true });
      },
      { signal: waited.signal, onWait: () => waited.abort() },
    ).catch((error: unknown) => {
      if (!waited.signal.aborted) throw error;
    });
  }
  return removed;
}

async function isUnused(directory: string, { named, usedSinceMs }: ToolchainKeep): Promise<boolean> {
  const record = join(directory, recordFile);
  const own = await lstat(directory).catch(() => null);
  // A link is somebody's, and so is what it leads to.
  if (own?.isSymbolicLink() === true) return false;
  const info = (await lstat(record).catch(() => null)) ?? own;
  if (info === null || info.mtimeMs >= usedSinceMs) return false;
  const text = await readSmallText(record).catch(() => null);
  return text === null || !named.has(identityIn(text));
}

function identityIn(text: string): string {
  const record = jsonOrNull(text) as { identity?: Json } | null;
  return record?.identity === undefined ? '' : canonicalJson(record.identity);
}
