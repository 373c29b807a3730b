import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { GgufError, systemErrorCode } from '../core/errors.js';
import type { Lock, LockedSource } from '../core/generated/lock.generated.js';
import {
  declaration,
  emptyLock,
  isDeclaredAs,
  lockedEntry,
  lockFileName,
  lockText,
  placeName,
  withEntry,
  type LockPlace,
} from '../core/lock-entry.js';
import type { SourceUse } from '../core/source-use.js';
import { parseAs } from '../core/validate.js';
import { writeDurably } from '../files/durable.js';
import { readSmallText } from '../files/small-file.js';
import { withLock } from '../store/lock.js';
import { isCi } from '../remote/remote-settings.js';
import type { LockableSource } from '../upstream/fetch-source.js';
import { transferSettings, type TransferSettings } from '../transport/transfer-settings.js';
import type { UpstreamContext } from '../upstream/upstream-context.js';
import type { RecipeEnvironment } from './ports.js';
import { projectDirectory, type Workspace } from '../workspace/workspace.js';

/** A source of a project, and the file that declares it. */
export interface DeclaredSource {
  project: string;
  /** The kind of file that declares it: `model.json` or `corpus.json`. */
  kind: 'model' | 'corpus';
  place: LockPlace;
  source: LockableSource;
  use: SourceUse;
}

/** The lock of a model or corpus file, or null when there is none. */
export async function readLock(
  workspace: Workspace,
  { project, kind }: Pick<DeclaredSource, 'project' | 'kind'>,
): Promise<Lock | null> {
  const file = lockFileName(kind);
  const shown = join(workspace.projects[project]?.root ?? '', file);
  try {
    return parseAs(
      'lock',
      await readSmallText(join(projectDirectory(workspace, project, file), file)),
      shown,
    );
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * The pinned state of a source. Where nothing pins it yet, it is looked up and written down on a developer's
 * machine; in CI that is an error, because two runs could get different files.
 * @throws GgufError `LOCK_MISSING`, or `LOCK_OUTDATED` for a lock of another declaration
 */
export async function lockedSource(
  declared: DeclaredSource,
  environment: RecipeEnvironment,
  transfer: Partial<TransferSettings>,
): Promise<LockedSource> {
  const { workspace, env, store, report } = environment;
  const known = pinned(declared, await readLock(workspace, declared));
  if (known !== null) {
    await tellIdleGlobs(declared.source, known, report);
    return known;
  }
  const file = lockFileName(declared.kind);
  const shown = join(workspace.projects[declared.project]?.root ?? '', file);
  if (isCi(env))
    throw new GgufError(
      'LOCK_MISSING',
      `${shown} does not pin ${placeName(declared.place)}, and in CI (CI is set) nothing is looked up`,
      { hint: `Run \`${updateCommand(declared.project)}\` on your machine and commit ${file}.` },
    );
  const projectDir = projectDirectory(workspace, declared.project, file);
  // Tasks of one project run at the same time and write to one file.
  return withLock(
    join(store.root, 'locks', `lockfile-${sha256(join(projectDir, file)).slice(0, 32)}`),
    async () => {
      const before = await readLock(workspace, declared);
      const meanwhile = pinned(declared, before);
      if (meanwhile !== null) return meanwhile;
      const { resolveSource } = await import('../upstream/fetch-source.js');
      const entry = await resolveSource(
        declaration(declared.source),
        { projectDir, previous: null, use: declared.use },
        upstreamContext(environment, transfer),
      );
      const path = join(projectDir, file);
      const written = before === null ? null : await readSmallText(path);
      await writeDurably(path, lockText(withEntry(before ?? emptyLock, declared.place, entry), written));
      report({
        type: 'step',
        message: `${shown} now pins ${placeName(declared.place)} to ${entry.commit.slice(0, 12)}; commit it`,
      });
      return entry;
    },
  );
}

/** Who pinned a source was told of its globs that match nothing; who takes the lock over is told here. */
async function tellIdleGlobs(
  source: LockableSource,
  locked: LockedSource,
  report: RecipeEnvironment['report'],
): Promise<void> {
  if (source.include === undefined) return;
  const { idleIncludes } = await import('../upstream/selection/select-files.js');
  const of = source.type === 'git' ? source.url : source.repository;
  for (const message of idleIncludes(locked, source.include, of)) report({ type: 'warning', message });
}

/** The parts of an environment that fetching uses. */
export function upstreamContext(
  { store, env, report, signal }: Pick<RecipeEnvironment, 'store' | 'env' | 'report' | 'signal'>,
  transfer: Partial<TransferSettings>,
): UpstreamContext {
  return { store, env, report, signal, settings: transferSettings(env, transfer) };
}

/** The command that pins a project's sources anew. */
function updateCommand(project: string): string {
  return `nx g nx-gguf:update --project=${project}`;
}

function pinned({ project, kind, place, source }: DeclaredSource, lock: Lock | null): LockedSource | null {
  const entry = lock === null ? null : lockedEntry(lock, place);
  if (entry === null) return null;
  if (isDeclaredAs(entry, source) && entry.files.length > 0) return entry;
  throw new GgufError(
    'LOCK_OUTDATED',
    `${project}: ${lockFileName(kind)} pins another ${placeName(place)} than ${kind}.json declares`,
    { hint: `Run \`${updateCommand(project)}\`, look at what changes, and commit the lock.` },
  );
}
