import prettyBytes from 'pretty-bytes';
import type { LockedFile, LockedSource } from '../core/generated/lock.generated.js';
import { visibleLine } from '../core/visible-text.js';

/** The change of one file between two states of a source. */
export interface FileChange {
  path: string;
  before: Pick<LockedFile, 'sizeBytes' | 'sha256'> | null;
  after: Pick<LockedFile, 'sizeBytes' | 'sha256'> | null;
}

/** The files that differ between two states of a source, sorted by path. */
export function changedFiles(before: LockedSource | null, after: LockedSource): FileChange[] {
  const old = new Map((before?.files ?? []).map((file) => [file.path, file]));
  const changes: FileChange[] = [];
  for (const file of after.files) {
    const was = old.get(file.path);
    old.delete(file.path);
    if (was?.sha256 !== file.sha256)
      changes.push({ path: file.path, before: was === undefined ? null : state(was), after: state(file) });
  }
  for (const file of old.values()) changes.push({ path: file.path, before: state(file), after: null });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One line about a file, e.g. `changed model.safetensors 1.6 GiB → 1.7 GiB`. */
export function fileChangeLine({ path: name, before, after }: FileChange): string {
  const path = visibleLine(name);
  const size = (bytes: number): string => prettyBytes(bytes, { binary: true });
  if (before === null) return `added   ${path} ${size(after?.sizeBytes ?? 0)}`;
  if (after === null) return `removed ${path} ${size(before.sizeBytes)}`;
  return `changed ${path} ${size(before.sizeBytes)} → ${size(after.sizeBytes)}`;
}

const readable = /(^|\/)([^/]*config\.json|chat_template\.json|[^/]*\.jinja)$/;

/**
 * True for files whose changes people want to read before they take them: configurations and chat templates.
 */
export function isReadable(path: string): boolean {
  return readable.test(path);
}

function state({ sizeBytes, sha256 }: LockedFile): Pick<LockedFile, 'sizeBytes' | 'sha256'> {
  return { sizeBytes, sha256 };
}
