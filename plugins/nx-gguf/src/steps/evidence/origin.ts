import type { Origin } from '../../core/generated/evidence.generated.js';
import type { LockedSource } from '../../core/generated/lock.generated.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { Source } from '../../core/generated/source.generated.js';

/** What is known of a source: how it was declared, what pins it, and the files that came of it. */
export interface OriginInputs {
  declared: Source;
  locked: LockedSource | null;
  files: readonly Pick<ManifestFile, 'sha256'>[];
  /** The directory of the project that declares it, relative to the workspace. */
  directory: string;
  /** The commit that the fetching step recorded, if it recorded one. */
  commit?: string | null;
}

/**
 * Where files come from, without places on a machine and without secrets. A commit that a lock names counts
 * when the lock has the very files by digest, or the archive that the file was taken out of.
 */
export function originOf({ declared, locked, files, directory, commit = null }: OriginInputs): Origin {
  const nothing: Origin = {
    type: declared.type,
    repository: null,
    kind: null,
    endpoint: null,
    url: null,
    commit: null,
    paths: null,
    member: null,
    command: null,
    directory: null,
  };
  const pinned = new Set(locked?.files.map(({ sha256 }) => sha256));
  const isBound =
    locked !== null && ('member' in declared || files.every(({ sha256 }) => pinned.has(sha256)));
  const at = commit ?? (isBound ? locked.commit : null);
  const paths = isBound ? pathsOf(locked, 'member' in declared ? null : files) : null;
  switch (declared.type) {
    case 'huggingface':
      return {
        ...nothing,
        repository: declared.repository,
        kind: declared.kind ?? 'model',
        endpoint: declared.endpoint ?? null,
        commit: at,
        paths,
        member: declared.member ?? null,
      };
    case 'git':
      return {
        ...nothing,
        url: publicAddress(declared.url),
        commit: at,
        paths,
        member: declared.member ?? null,
      };
    case 'url':
      return { ...nothing, url: publicAddress(declared.url), member: declared.member ?? null };
    case 'command':
      return { ...nothing, command: [...declared.command], directory };
    case 'path':
      return nothing;
  }
}

/** Where a lock has the files; all that it has for those that came out of an archive. */
function pathsOf({ files: locked }: LockedSource, files: OriginInputs['files'] | null): string[] {
  const wanted = files === null ? null : new Set(files.map(({ sha256 }) => sha256));
  return locked.filter(({ sha256 }) => wanted?.has(sha256) ?? true).map(({ path }) => path);
}

/** An address without user, password, query and fragment; null for what is a place on a machine. */
export function publicAddress(url: string): string | null {
  const ssh = /^(?:[^@/\s]+@)?([A-Za-z0-9.-]{2,}):(?!\/\/)([^\s?#]+)$/.exec(url);
  if (ssh !== null && !/^[A-Za-z]:[\\/]/.test(url))
    return `ssh://${ssh[1] ?? ''}/${(ssh[2] ?? '').replace(/^\//, '')}`;
  if (!URL.canParse(url)) return null;
  const { protocol, host, pathname } = new URL(url);
  return /^(?:https?|ssh|git):$/.test(protocol) ? `${protocol}//${host}${pathname}` : null;
}
