import { GgufError } from '../../core/errors.js';
import { nearestPath } from '../../core/suggestion.js';

/** The error of names that are not among the files of a source, with the nearest of those that are. */
export function missingFiles(absent: readonly string[], paths: readonly string[], of: string): GgufError {
  const near = [...new Set(absent.flatMap((path) => nearestPath(path, paths) ?? []))];
  return new GgufError('SOURCE_NOT_FOUND', `${of}: there is no ${absent.join(', ')}`, {
    hint: `Correct the name in the source; names are exact.${near.length === 0 ? '' : ` The nearest ${near.length === 1 ? 'one' : 'ones'} there: ${near.join(', ')}.`}`,
  });
}
