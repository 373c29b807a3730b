import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';

const makePipe = 'mkfifo';

/** Puts a pipe that nobody writes to at a path. */
export function pipe(path: string): void {
  execFileSync(makePipe, [path]);
}

function linkedPipe(path: string): void {
  pipe(`${path}.pipe`);
  symlinkSync(`${path}.pipe`, path);
}

function directory(path: string): void {
  mkdirSync(path);
}

/** What can lie in the place of a file, and the code that it is told with. */
export const oddFiles: [name: string, put: (path: string) => void, code: string][] = [
  ['a pipe', pipe, 'ENOTFILE'],
  ['a link to a pipe', linkedPipe, 'ENOTFILE'],
  ['a link to a device without end', (path) => symlinkSync('/dev/zero', path), 'ENOTFILE'],
  ['a link to an empty device', (path) => symlinkSync('/dev/null', path), 'ENOTFILE'],
  ['a directory', directory, 'EISDIR'],
  ['a link to itself', (path) => symlinkSync(path, path), 'ELOOP'],
];
