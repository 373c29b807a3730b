import { structuredPatch } from 'diff';
import { visibleLine, visibleStart, visibleText } from '../core/visible-text.js';
import { comparableParts } from './comparable-parts.js';

/** Lines of a diff, of one run of removed or added lines, and characters of a line; of more the count is told. */
const mostLines = 300;
const mostOfRun = 100;
const mostOfLine = 400;
/** Two texts that differ in more lines than this are shown as one replaced by the other: the search is quadratic. */
const mostEdits = 400;
/** Of a long line what is the same before its change is left out down to this. */
const contextOfLine = 40;

/**
 * The change of a readable file as a unified diff, bounded in time and length: nothing that is added hides
 * behind what is removed, behind a long line or behind characters that act on a terminal. JSON is indented
 * first, and chat templates in it are compared as text.
 */
export function readableDiff(path: string, before: string | null, after: string | null): string {
  const [old, now] = [comparableParts(before), comparableParts(after)];
  const lines: string[] = [];
  let edits = mostEdits;
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [a, b] = [old.get(name) ?? '', now.get(name) ?? ''];
    if (a === b) continue;
    const label = visibleLine(name === '' ? path : `${path} ${name}`);
    const hunks = hunksOf(a, b, edits);
    edits = Math.max(
      0,
      edits - hunks.flatMap(({ lines: of }) => of).filter((line) => line[0] !== ' ').length,
    );
    lines.push(`--- a/${label}`, `+++ b/${label}`, ...hunks.flatMap(hunkLines));
  }
  return limited(lines, mostLines, 'line').join('\n');
}

interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** Each begins with a space, `-` or `+`. */
  lines: string[];
}

function hunksOf(a: string, b: string, maxEditLength: number): Hunk[] {
  const patch = structuredPatch('', '', a, b, '', '', { context: 2, maxEditLength });
  return patch === undefined ? [replacement(linesOf(a), linesOf(b))] : patch.hunks;
}

/** All that differs as one change, between the lines that both begin and end with. */
function replacement(a: readonly string[], b: readonly string[]): Hunk {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  const most = Math.min(a.length, b.length) - start;
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [removed, added] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return {
    oldStart: start + 1,
    oldLines: removed.length,
    newStart: start + 1,
    newLines: added.length,
    lines: [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)],
  };
}

function hunkLines({ oldStart, oldLines, newStart, newLines, lines }: Hunk): string[] {
  const shown = [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`];
  for (let at = 0; at < lines.length;) {
    const removed = runAt(lines, at, '-');
    const added = runAt(lines, at + removed.length, '+');
    if (removed.length + added.length === 0) {
      shown.push(visibleStart(lines[at] ?? '', mostOfLine));
      at++;
      continue;
    }
    at += removed.length + added.length;
    shown.push(
      ...limited(changed(removed, added), mostOfRun, 'removed line'),
      ...limited(changed(added, removed), mostOfRun, 'added line'),
    );
  }
  return shown;
}

function runAt(lines: readonly string[], start: number, sign: string): string[] {
  let end = start;
  while (lines[end]?.[0] === sign) end++;
  return lines.slice(start, end);
}

/** Lines of a run; a long one begins shortly before it differs from its counterpart. */
function changed(run: readonly string[], counterparts: readonly string[]): string[] {
  return run.map((line, index) => {
    if (line.length <= mostOfLine) return visibleText(line);
    const skipped = commonLength(line, counterparts[index] ?? '') - contextOfLine;
    return skipped <= 1
      ? visibleStart(line, mostOfLine)
      : `${line[0] ?? ''}(${skipped.toLocaleString('en-US')} characters) …${visibleStart(line.slice(1 + skipped), mostOfLine)}`;
  });
}

/** How many characters behind the sign are the same. */
function commonLength(a: string, b: string): number {
  let length = 1;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length - 1;
}

function limited(lines: readonly string[], most: number, what: string): string[] {
  const rest = lines.length - most;
  return rest <= 0
    ? [...lines]
    : [
        ...lines.slice(0, most),
        `… and ${rest.toLocaleString('en-US')} more ${rest === 1 ? what : `${what}s`}`,
      ];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
