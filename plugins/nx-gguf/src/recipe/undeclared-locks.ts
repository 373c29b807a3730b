import { lockFileName, placeName, type LockPlace } from '../core/lock-entry.js';
import type { Lock } from '../core/generated/lock.generated.js';
import { isRecord } from '../workspace/loose-json.js';
import { readConfig } from '../workspace/workspace.js';
import { readLock } from './lock-file.js';
import type { Surroundings } from './ports.js';
import { tellUnused } from './unused-settings.js';

/** Tells of what a project's lock pins though its declaration has no such source any more. */
export async function tellUndeclaredLocks(
  { project, kind }: { project: string; kind: 'model' | 'corpus' },
  ports: Pick<Surroundings, 'environment'>,
): Promise<void> {
  const { workspace } = ports.environment;
  const lock = await readLock(workspace, { project, kind });
  if (lock === null) return;
  const places = undeclaredPlaces(lock, await readConfig(workspace, kind, project));
  tellUnused(
    places.map(
      (place) =>
        `${project}: ${lockFileName(kind)} pins ${place}, for which ${kind}.json declares no source of a hub or of git; \`nx g nx-gguf:update --project=${project}\` drops it`,
    ),
    ports,
  );
}

/** The places of a lock that a declaration does not have, or not as a source that is pinned. */
function undeclaredPlaces(lock: Lock, declared: object): string[] {
  const { source, imatrix, planFrom, references } = declared as Readonly<Record<string, unknown>>;
  const named = isRecord(references) ? references : {};
  const sources: [place: LockPlace, source: unknown][] = [
    ['source', source],
    ['imatrix', isRecord(imatrix) ? imatrix['source'] : undefined],
    ['planFrom', planFrom],
  ];
  return [
    ...sources.filter(
      ([place, found]) => typeof place === 'string' && lock[place] !== undefined && !isPinned(found),
    ),
    ...Object.keys(lock.references ?? {})
      .filter((reference) => {
        const found = Object.hasOwn(named, reference) ? named[reference] : undefined;
        return !isPinned(isRecord(found) ? found['source'] : undefined);
      })
      .map((reference): [LockPlace] => [{ reference }]),
  ].map(([place]) => placeName(place));
}

function isPinned(source: unknown): boolean {
  return isRecord(source) && (source['type'] === 'huggingface' || source['type'] === 'git');
}
