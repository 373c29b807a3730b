import { GgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import { targetName } from '../core/target.js';
import { findBlob, findSoundBlob } from '../store/blobs.js';
import { taskName } from '../workspace/workspace.js';
import { findCarriedFile } from './nx-outputs.js';
import type { Producer, Producers } from './producers.js';
import type { Environment } from './results.js';

/** The ports for making a file again that no store has any more. */
export interface FileMaking {
  environment: Environment;
  producers: Producers;
  /** Makes the artifact of a target again. */
  makeAgain: (producer: Producer, file: ManifestFile) => Promise<void>;
}

/**
 * The path of a file's bytes: in the store, beside a manifest, brought from a remote, or made again by the
 * producer of the file.
 * @throws GgufError `BLOB_MISSING` when no producer is known, `INPUT_CHANGED` when it makes other bytes than
 *   before
 */
export async function findFile(
  file: ManifestFile,
  { environment, producers, makeAgain }: FileMaking,
): Promise<string> {
  const { store, remotes, workspace } = environment;
  const producer = producers.targetOf(file);
  const here = await findHere(file, producer, environment);
  if (here !== null) return here;
  const isBrought = await remotes.bring([file]);
  const brought = isBrought ? await findBlob(store, file) : null;
  if (brought !== null) return brought;
  if (producer === null) return findHelperFile(file, { environment, producers });
  await makeAgain(producer, file);
  const made = await findBlob(store, file);
  if (made !== null) return made;
  throw new GgufError(
    'INPUT_CHANGED',
    `${targetName(producer.ref)} made other bytes for ${file.name} than before`,
    { hint: `Run \`nx run ${taskName(producer.ref, workspace)}\` and then this target again.` },
  );
}

/** The store, and the remotes where there are any, in words. */
export function storePlaces({ remotes }: Pick<Environment, 'remotes'>): string {
  return ['the store', ...remotes.names].join(' or ');
}

async function findHere(
  file: ManifestFile,
  producer: Producer | null,
  { store, workspace, report }: Environment,
): Promise<string | null> {
  const blob = await findSoundBlob(store, file, ({ code, message }) => {
    report({ type: 'warning', message: `${code}: ${message}` });
  });
  if (blob !== null || producer === null) return blob;
  return findCarriedFile(producer.ref, file, { root: workspace.root, store });
}

async function findHelperFile(
  file: ManifestFile,
  { environment, producers }: Pick<FileMaking, 'environment' | 'producers'>,
): Promise<string> {
  await producers.helperOf(file)?.();
  const made = await findBlob(environment.store, file);
  if (made !== null) return made;
  throw new GgufError(
    'BLOB_MISSING',
    `${file.name} (sha256 ${file.sha256}) is not in ${storePlaces(environment)}`,
  );
}
