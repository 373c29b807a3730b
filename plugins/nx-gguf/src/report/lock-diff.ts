import { createTwoFilesPatch } from 'diff';
import prettyBytes from 'pretty-bytes';
import { checkpointLimits, jsonOrNull } from '../core/json-reader.js';
import type { LockedFile, LockedSource } from '../core/generated/lock.generated.js';

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
export function fileChangeLine({ path, before, after }: FileChange): string {
  const size = (bytes: number): string => prettyBytes(bytes, { binary: true });
  if (before === null) return `added   ${path} ${size(after?.sizeBytes ?? 0)}`;
  if (after === null) return `removed ${path} ${size(before.sizeBytes)}`;
  return `changed ${path} ${size(before.sizeBytes)} → ${size(after.sizeBytes)}`;
}

const readable = /(^|\/)([^/]*config\.json|chat_template\.json|[^/]*\.jinja)$/;
const mostLines = 200;

/**
 * True for files whose changes people want to read before they take them: configurations and chat templates.
 */
export function isReadable(path: string): boolean {
  return readable.test(path);
}

/**
 * The change of a readable file as a unified diff. JSON is indented first, and chat templates in it are
 * compared as text.
 */
export function readableDiff(path: string, before: string | null, after: string | null): string {
  const [old, now] = [partsOf(before), partsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const patches = names.flatMap((name) => {
    const [a, b] = [old.get(name) ?? '', now.get(name) ?? ''];
    const label = name === '' ? path : `${path} ${name}`;
    return a === b
      ? []
      : [
          createTwoFilesPatch(`a/${label}`, `b/${label}`, a, b, '', '', { context: 2 })
            .replace(/^=+\n/, '')
            .replaceAll(/^((?:---|\+\+\+) .*?)\t?$/gm, '$1')
            .trimEnd(),
        ];
  });
  const lines = patches.join('\n').split('\n');
  return lines.length <= mostLines
    ? lines.join('\n')
    : [...lines.slice(0, mostLines), `… ${lines.length - mostLines} more lines`].join('\n');
}

/** A text as comparable parts: JSON without its chat templates, and each of these by name. */
function partsOf(text: string | null): Map<string, string> {
  if (text === null) return new Map();
  const value = jsonOrNull(text, checkpointLimits);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([['', withEnd(text)]]);
  const { chat_template: template, ...rest } = value as Record<string, unknown>;
  const templates: [string, string][] =
    typeof template === 'string'
      ? [['chat_template', withEnd(template)]]
      : Array.isArray(template)
        ? (template as { name?: unknown; template?: unknown }[]).map((one) => [
            `chat_template ${String(one.name)}`,
            withEnd(String(one.template)),
          ])
        : [];
  return new Map([['', withEnd(JSON.stringify(rest, null, 2))], ...templates]);
}

function withEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function state({ sizeBytes, sha256 }: LockedFile): Pick<LockedFile, 'sizeBytes' | 'sha256'> {
  return { sizeBytes, sha256 };
}
