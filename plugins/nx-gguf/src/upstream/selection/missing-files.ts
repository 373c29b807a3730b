import { GgufError } from '../../core/errors.js';
import { nearestPath } from '../../core/suggestion.js';

/**
 * The error of names that are not among the files of a source, with the nearest of those that are, and what
 * takes all of a directory whose name one of them is.
 */
export function missingFiles(absent: readonly string[], paths: readonly string[], of: string): GgufError {
  const near = [...new Set(absent.flatMap((path) => nearestPath(path, paths) ?? []))];
  const directories = absent
    .map((path) => path.replace(/\/+$/, ''))
    .filter((path) => paths.some((other) => other.startsWith(`${path}/`)));
  if (directories.length > 0)
    return new GgufError(
      'SOURCE_NOT_FOUND',
      `${of}: there is no file ${absent.join(', ')}: ${directories.join(', ')} ${directories.length === 1 ? 'is a directory' : 'are directories'}`,
      {
        hint: `All files of a directory are ${directories.map((path) => JSON.stringify(`${path}/**`)).join(', ')}.`,
      },
    );
  return new GgufError('SOURCE_NOT_FOUND', `${of}: there is no ${absent.join(', ')}`, {
    hint: `Correct the name in the source; names are exact.${near.length === 0 ? '' : ` The nearest ${near.length === 1 ? 'one' : 'ones'} there: ${near.join(', ')}.`}`,
  });
}
