import { gitBlobOid, sha256 } from '../core/digest.js';
import type { PlannedFile, PublishPlan } from '../core/generated/publish-plan.generated.js';
import type { Published, PublishedFile } from '../core/generated/published.generated.js';
import { recordFile, recordText } from './record.js';

/** A file at a destination, by the digests that the destination knows. */
export interface PresentFile {
  path: string;
  sizeBytes: number;
  sha256: string | null;
  gitOid: string | null;
}

/** The content of a destination. */
export interface Present {
  /** How people name it. */
  destination: string;
  /** False when the repository, branch or directory has to be made first. */
  exists: boolean;
  files: readonly PresentFile[];
  /** The record of the last publication there, or null. */
  record: Published | null;
  /** A file that the destination itself needs otherwise, and that stays its own. */
  amended?: { path: string; text: string; because: string };
}

/** What the user allows a plan to do. */
export interface PlanChoices {
  /** Replace files of others. */
  overwrite: boolean;
  /** Delete what was published earlier and is no longer wanted. */
  prune: boolean;
}

/** A plan, and the record that says afterwards what was published. */
export interface PlannedPublication {
  plan: PublishPlan;
  recordText: string;
}

/**
 * Compares the wanted files with the present ones: files that differ are added or replaced, files from
 * elsewhere are kept, or refused where they are in the way. The record is one of the files, so that equal
 * results change nothing at all.
 */
export function planPublication(
  wanted: readonly PublishedFile[],
  present: Present,
  choices: PlanChoices,
): PlannedPublication {
  const there = new Map(present.files.map((file) => [file.path, file]));
  const isOurs = (file: PresentFile): boolean =>
    present.record?.files.some((known) => known.path === file.path && isSame(known, file)) === true;
  const files: PlannedFile[] = wanted.map((file) =>
    plannedFile(file, there.get(file.path), { isOurs, choices }),
  );
  const kept: PublishedFile[] = [];
  for (const file of present.files) {
    if (
      file.path === recordFile ||
      file.path === present.amended?.path ||
      wanted.some(({ path }) => path === file.path)
    )
      continue;
    const known = present.record?.files.filter(({ path }) => path === file.path) ?? [];
    const ours = known.find((earlier) => isSame(earlier, file));
    files.push(
      unwanted(file, { isKnown: known.length > 0, isOurs: ours !== undefined, prune: choices.prune }),
    );
    if (ours !== undefined && !choices.prune) kept.push(ours);
  }
  if (present.amended !== undefined)
    files.push(plannedAmendment(present.amended, there.get(present.amended.path)));
  const text = recordText([...wanted, ...kept]);
  files.push(
    plannedRecord(text, there.get(recordFile), {
      isOurs: present.record !== null,
      overwrite: choices.overwrite,
    }),
  );
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    plan: { format: 1, destination: present.destination, isNew: !present.exists, files },
    recordText: text,
  };
}

/** The files of a plan that change something. */
export function changesOf({ files }: PublishPlan): PlannedFile[] {
  return files.filter(({ action }) => action === 'add' || action === 'replace' || action === 'delete');
}

/**
 * True when a file that is there has the wanted bytes: by sha256 where the destination knows it, else by
 * git's digest.
 */
function isSame(wanted: PublishedFile, { sizeBytes, sha256: digest, gitOid }: PresentFile): boolean {
  if (wanted.sizeBytes !== sizeBytes) return false;
  return digest === null ? gitOid !== null && wanted.gitOid === gitOid : wanted.sha256 === digest;
}

function plannedFile(
  file: PublishedFile,
  there: PresentFile | undefined,
  { isOurs, choices }: { isOurs: (file: PresentFile) => boolean; choices: PlanChoices },
): PlannedFile {
  const planned = { path: file.path, sizeBytes: file.sizeBytes, sha256: file.sha256 };
  if (there === undefined) return { ...planned, action: 'add', because: 'it is not there' };
  if (isSame(file, there)) return { ...planned, action: 'keep', because: 'same bytes' };
  if (isOurs(there)) return { ...planned, action: 'replace', because: 'other bytes than published earlier' };
  const because = 'something else put it there, or changed it since it was published';
  return choices.overwrite
    ? { ...planned, action: 'replace', because: `${because}; overwrite was asked for` }
    : { ...planned, action: 'refuse', because };
}

function unwanted(
  { path, sizeBytes, sha256: digest }: PresentFile,
  { isKnown, isOurs, prune }: { isKnown: boolean; isOurs: boolean; prune: boolean },
): PlannedFile {
  const planned = { path, sizeBytes, ...(digest === null ? {} : { sha256: digest }) };
  if (!isKnown) return { ...planned, action: 'keep', because: 'not published by nx-gguf' };
  if (!isOurs) return { ...planned, action: 'keep', because: 'published earlier, and changed there since' };
  return prune
    ? { ...planned, action: 'delete', because: 'published earlier, and no longer part of it' }
    : {
        ...planned,
        action: 'keep',
        because: 'published earlier, and no longer part of it; prune deletes it',
      };
}

function plannedAmendment(
  { path, text, because }: NonNullable<Present['amended']>,
  there: PresentFile | undefined,
): PlannedFile {
  const planned = { path, sizeBytes: Buffer.byteLength(text), sha256: sha256(text) };
  return { ...planned, action: there === undefined ? 'add' : 'replace', because };
}

function plannedRecord(
  text: string,
  there: PresentFile | undefined,
  { isOurs, overwrite }: { isOurs: boolean; overwrite: boolean },
): PlannedFile {
  const bytes = Buffer.from(text);
  const file: PublishedFile = {
    path: recordFile,
    sizeBytes: bytes.length,
    sha256: sha256(bytes),
    gitOid: gitBlobOid(bytes),
  };
  return plannedFile(file, there, { isOurs: () => isOurs, choices: { overwrite, prune: false } });
}
