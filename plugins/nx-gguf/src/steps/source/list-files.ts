import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { glob } from 'tinyglobby';
import { GgufError } from '../../core/errors.js';

/** Files under a directory: relative names with forward slashes, sorted. */
export interface FileList {
  directory: string;
  names: string[];
}

/**
 * The files that a path means: a file itself, or the files of a directory that the globs choose (hidden ones
 * left out).
 * @throws GgufError `SOURCE_MISSING` when there is nothing at the path, `SOURCE_EMPTY` when no file is
 *   chosen.
 */
export async function listFiles(
  path: string,
  globs: { include?: readonly string[] | undefined; exclude?: readonly string[] | undefined },
): Promise<FileList> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new GgufError('SOURCE_MISSING', `${path}: ${(cause as Error).message}`, {
      cause,
      hint: 'Check the path in the source.',
    });
  });
  if (info.isFile()) return { directory: dirname(path), names: [basename(path)] };
  const names = await filesMatching(path, globs.include ?? ['**'], globs.exclude ?? []);
  if (names.length === 0) {
    throw new GgufError(
      'SOURCE_EMPTY',
      `${path}: no file ${globs.include === undefined ? 'there' : `matches ${globs.include.join(', ')}`}`,
      { hint: 'Check the path and the globs in the source.' },
    );
  }
  return { directory: path, names };
}

/** Files below a directory that match the globs, sorted by code unit. */
export async function filesMatching(
  directory: string,
  include: readonly string[],
  exclude: readonly string[] = [],
): Promise<string[]> {
  const names = await glob([...include], {
    cwd: directory,
    ignore: [...exclude],
    onlyFiles: true,
    followSymbolicLinks: true,
    expandDirectories: false,
  });
  return names.sort((a, b) => (a < b ? -1 : 1));
}
