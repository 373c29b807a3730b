import { canonicalJson, canonicalValue, prettyJson, type Json } from './json/canonical-json.js';
import { GgufError } from './errors.js';
import { commentsOf, editedJson } from './json/json-text.js';
import type { Lock, LockedSource } from './generated/lock.generated.js';
import type { Source } from './generated/source.generated.js';

/** Which source of a model or corpus: `source`, `imatrix`, `planFrom`, or a reference by name. */
export type LockPlace = 'source' | 'imatrix' | 'planFrom' | { reference: string };

/** A lock that pins nothing yet. */
export const emptyLock: Lock = { format: 1 };

/** The entry of a place, or null. */
export function lockedEntry(lock: Lock, place: LockPlace): LockedSource | null {
  return (
    (typeof place === 'string'
      ? lock[place]
      : Object.hasOwn(lock.references ?? {}, place.reference)
        ? lock.references?.[place.reference]
        : undefined) ?? null
  );
}

/** The lock with an entry set. */
export function withEntry(lock: Lock, place: LockPlace, entry: LockedSource): Lock {
  return typeof place === 'string'
    ? { ...lock, [place]: entry }
    : { ...lock, references: { ...lock.references, [place.reference]: entry } };
}

/** The place as model.json spells it. */
export function placeName(place: LockPlace): string {
  return typeof place === 'string' ? place : `references.${place.reference}`;
}

/**
 * The text of a lock file: equal locks have equal bytes, but for the comments that somebody wrote into the
 * one before, which stay.
 * @throws GgufError `LOCK_COMMENTS` when a comment would go with what it stands in
 */
export function lockText(lock: Lock, before: string | null = null): string {
  const text = prettyJson(lock as unknown as Json);
  if (before === null || commentsOf(before).length === 0) return text;
  const edited = editedJson(before, canonicalValue(lock as unknown as Json));
  const kept = new Set(commentsOf(edited));
  const lost = commentsOf(before).filter((comment) => !kept.has(comment));
  if (lost.length === 0) return edited;
  throw new GgufError(
    'LOCK_COMMENTS',
    `the lock was not written: these comments stand in what changes: ${lost.join(' ')}`,
    { hint: 'Move them out of the entry, for instance to the top of the file, and run this again.' },
  );
}

/** The part of a declaration that decides which files are pinned. */
export function declaration<S extends Source>(source: S): S {
  return canonicalValue({ ...source, member: undefined }) as unknown as S;
}

/** True when a lock's entry was made for this declaration. */
export function isDeclaredAs(entry: LockedSource, source: Source): boolean {
  return (
    canonicalJson(entry.declared as unknown as Json) === canonicalJson(declaration(source) as unknown as Json)
  );
}

/** Name of the lock beside a model.json or corpus.json. */
export function lockFileName(kind: 'model' | 'corpus'): string {
  return `${kind}.lock.json`;
}
