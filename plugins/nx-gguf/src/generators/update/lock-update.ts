import { errorText } from '../../terminal/report-error.js';
import type { Lock, LockedSource } from '../../core/generated/lock.generated.js';
import {
  declaration,
  emptyLock,
  isDeclaredAs,
  lockedEntry,
  lockFileName,
  placeName,
  withEntry,
  type LockPlace,
} from '../../core/lock-entry.js';
import type { Model } from '../../core/generated/model.generated.js';
import { sourceUse, type SourceUse } from '../../core/source-use.js';
import type { Source } from '../../core/generated/source.generated.js';
import { counted } from '../../core/counted.js';
import { isGgufError } from '../../core/errors.js';
import { readSmallText } from '../../files/small-file.js';
import { visibleLine } from '../../core/visible-text.js';
import { changedFiles, isReadable, type FileChange } from '../../report/lock-diff.js';
import { readableDiff } from '../../report/readable-diff.js';
import { findBlob } from '../../store/blobs.js';
import { fetchLocked, resolveSource, type LockableSource } from '../../upstream/fetch-source.js';
import { readLock, upstreamContext } from '../../recipe/lock-file.js';
import type { Environment } from '../../results/results.js';
import { fetchedKind } from '../../workspace/declarations.js';
import { projectDirectory, readConfig, type Workspace } from '../../workspace/workspace.js';

/** The changes of one source. */
export interface SourceUpdate {
  place: string;
  status: 'current' | 'changed' | 'new' | 'removed' | 'failed';
  commit: { before: string | null; after: string | null };
  files: FileChange[];
  /** Diffs of configurations and chat templates. */
  diffs: string[];
  error: string | null;
}

/** The changes of a project's sources, and the lock that pins them. */
export interface ProjectUpdate {
  project: string;
  /** Relative to the project's directory. */
  lockFile: string;
  sources: SourceUpdate[];
  lock: Lock;
}

/** A source that a lock pins, and what its files are for. */
interface PinnedSource {
  place: LockPlace;
  source: LockableSource;
  use: SourceUse;
}

/** Models and corpora that declare a source to pin. */
export async function lockableProjects(workspace: Workspace): Promise<string[]> {
  const names = Object.entries(workspace.projects)
    .filter(([, { targets }]) =>
      Object.values(targets ?? {}).some(({ executor }) => executor === 'nx-gguf:fetch'),
    )
    .map(([name]) => name)
    .sort();
  const found: string[] = [];
  for (const name of names) if ((await declaredSources(workspace, name)).sources.length > 0) found.push(name);
  return found;
}

/** Looks up all sources of a project. A source that cannot be looked up keeps its entry, and says why. */
export async function updateProject(project: string, environment: Environment): Promise<ProjectUpdate> {
  const { kind, sources } = await declaredSources(environment.workspace, project);
  const before = (await readLock(environment.workspace, { project, kind })) ?? emptyLock;
  const projectDir = projectDirectory(environment.workspace, project, project);
  let lock: Lock = emptyLock;
  const updates: SourceUpdate[] = [];
  for (const { place, source, use } of sources) {
    const old = lockedEntry(before, place);
    const { entry, update } = await updateSource({ place, source, use, old, projectDir }, environment);
    updates.push(update);
    if (entry !== null) lock = withEntry(lock, place, entry);
  }
  return { project, lockFile: lockFileName(kind), lock, sources: [...updates, ...removed(before, sources)] };
}

/** A repository can have any number of configurations, of any size: each is fetched to be compared. */
const mostDiffs = 30;
const largestText = 4 << 20;

async function updateSource(
  { place, source, use, old, projectDir }: PinnedSource & { old: LockedSource | null; projectDir: string },
  environment: Environment,
): Promise<{ entry: LockedSource | null; update: SourceUpdate }> {
  const context = upstreamContext(environment, {});
  const name = placeName(place);
  try {
    const entry = await resolveSource(declaration(source), { projectDir, previous: old, use }, context);
    const files = changedFiles(old, entry);
    const isSame =
      old !== null && old.commit === entry.commit && isDeclaredAs(old, source) && files.length === 0;
    const diffs: string[] = [];
    const readable = old === null ? [] : files.filter(({ path }) => isReadable(path));
    for (const change of readable.slice(0, mostDiffs)) {
      if (Math.max(change.before?.sizeBytes ?? 0, change.after?.sizeBytes ?? 0) > largestText) {
        diffs.push(`${visibleLine(change.path)}: too large to be compared here`);
        continue;
      }
      const texts = await Promise.all([textOf(old, change.path), textOf(entry, change.path)]);
      diffs.push(readableDiff(change.path, ...texts));
    }
    if (readable.length > mostDiffs)
      diffs.push(
        `… and ${counted(readable.length - mostDiffs, 'more file')} to be read, which are not compared here`,
      );
    return {
      entry,
      update: {
        place: name,
        status: old === null ? 'new' : isSame ? 'current' : 'changed',
        commit: { before: old?.commit ?? null, after: entry.commit },
        files,
        diffs: diffs.filter((diff) => diff !== ''),
        error: null,
      },
    };
  } catch (error) {
    if (isGgufError(error) && error.code === 'INTERRUPTED') throw error;
    return {
      entry: old,
      update: {
        place: name,
        status: 'failed',
        commit: { before: old?.commit ?? null, after: null },
        files: [],
        diffs: [],
        error: errorText(error).trimEnd(),
      },
    };
  }

  /** The text of a small file; an old one that is gone for good is shown as if it were new. */
  async function textOf(entry: LockedSource | null, path: string): Promise<string | null> {
    const file = entry?.files.find((candidate) => candidate.path === path);
    if (entry === null || file === undefined) return null;
    if ((await findBlob(context.store, file)) === null)
      await fetchLocked(
        declaration(source),
        { locked: { ...entry, files: [file] }, projectDir },
        context,
      ).catch(() => undefined);
    const blob = await findBlob(context.store, file);
    return blob === null ? null : readSmallText(blob);
  }
}

async function declaredSources(
  workspace: Workspace,
  project: string,
): Promise<{ kind: 'model' | 'corpus'; sources: PinnedSource[] }> {
  const kind = await fetchedKind(workspace, project);
  const places: [LockPlace, Source][] = [];
  let declared: Model | null = null;
  if (kind === 'corpus') {
    places.push(['source', (await readConfig(workspace, 'corpus', project)).source]);
  } else {
    const model = await readConfig(workspace, 'model', project);
    declared = model;
    places.push(['source', model.source]);
    if (model.imatrix?.type === 'file') places.push(['imatrix', model.imatrix.source]);
    if (model.planFrom?.type === 'huggingface') places.push(['planFrom', model.planFrom]);
    for (const [name, { source }] of Object.entries(model.references ?? {}))
      places.push([{ reference: name }, source]);
  }
  return {
    kind,
    sources: places.flatMap(([place, source]) =>
      source.type === 'huggingface' || source.type === 'git'
        ? [{ place, source, use: sourceUse(kind, place, declared) }]
        : [],
    ),
  };
}

function removed(before: Lock, sources: readonly { place: LockPlace }[]): SourceUpdate[] {
  const declared = new Set(sources.map(({ place }) => placeName(place)));
  const pinned: LockPlace[] = [
    ...(['source', 'imatrix', 'planFrom'] as const).filter((place) => before[place] !== undefined),
    ...Object.keys(before.references ?? {}).map((reference) => ({ reference })),
  ];
  return pinned
    .filter((place) => !declared.has(placeName(place)))
    .map((place) => ({
      place: placeName(place),
      status: 'removed',
      commit: { before: lockedEntry(before, place)?.commit ?? null, after: null },
      files: [],
      diffs: [],
      error: null,
    }));
}
