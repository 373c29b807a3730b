import prettyBytes from 'pretty-bytes';
import { GgufError } from '../../core/errors.js';
import type { SourceUse } from '../../core/source-use.js';
import { oneGguf, oneGgufProblem } from '../../gguf/shards.js';
import type { ListedFile } from './listed-file.js';
import { missingFiles } from './missing-files.js';
import { modelFiles, someNames } from './model-weights.js';

/** What was left out of a source that names no files, or that could run code: which files were taken, and why. */
export interface WeightsChoice {
  /** For the run. */
  message: string;
  /** For the lock and the manifest. */
  because: string;
  /** Paths; of a directory that was left out as a whole, `<directory>/**`. */
  leftOut: string[];
}

/** Files that are taken, and why these; null when all are. */
interface DefaultFiles<F> {
  files: F[];
  because: string;
}

/**
 * The files that a source takes when it names none: of a model one set of weights, of a reference its GGUF,
 * of a matrix its one file.
 * @throws GgufError `SOURCE_NO_WEIGHTS`, `SOURCE_AMBIGUOUS`, `SOURCE_NOT_FOUND`
 */
export function defaultFiles<F extends ListedFile>(
  files: readonly F[],
  { of, use }: { of: string; use: SourceUse },
): DefaultFiles<F> | null {
  switch (use.kind) {
    case 'checkpoint':
      return modelFiles(files, of, use);
    case 'gguf':
      return gguf(files, of);
    case 'matrix':
      return matrix(files, { of, use });
    case 'files':
      return null;
  }
}

/**
 * What to say of a choice, or null when all files are taken.
 * @param because why these, where the program chose; null where `include` did and only pickles are left out
 */
export function choiceOf<F extends ListedFile>(
  all: readonly F[],
  taken: readonly F[],
  { of, because }: { of: string; because: string | null },
): WeightsChoice | null {
  const left = all.filter((file) => !taken.includes(file));
  if (left.length === 0) return null;
  const why = because ?? 'weights in pickle format can run code';
  const leftOut = patterns(left, taken);
  return {
    message: `${of}: takes ${weightNames(taken)}, ${why}; leaves out ${someNames(leftOut, 5)}${sizeOf(left)} ("include" of the source takes others)`,
    because: why,
    leftOut,
  };
}

function gguf<F extends ListedFile>(files: readonly F[], of: string): DefaultFiles<F> {
  const models = files.filter(
    ({ path }) => path.endsWith('.gguf') && !/(^|\/)mmproj|imatrix|(^|\/)mtp-/i.test(path),
  );
  const named = models.map((file) => ({ name: file.path, file }));
  const found = oneGguf(named);
  if (!('problem' in found) || found.problem === 'incomplete')
    return { files: models, because: 'the one model' };
  if (found.problem === 'none')
    throw new GgufError('SOURCE_NO_WEIGHTS', `${of}: it has no GGUF`, {
      hint: 'Name a repository or directory with a GGUF, or the file in "include" of the source.',
    });
  throw new GgufError('SOURCE_AMBIGUOUS', `${of}: it ${oneGgufProblem(found)}`, {
    hint: `Name the one that is meant, e.g. "include": [${JSON.stringify(found.names[0])}]. Nothing of it was fetched.`,
  });
}

function matrix<F extends ListedFile>(
  files: readonly F[],
  { of, use }: { of: string; use: SourceUse },
): DefaultFiles<F> {
  if (use.file !== undefined) {
    const named = files.filter(({ path }) => path === use.file);
    if (named.length > 0) return { files: named, because: 'the file that "imatrix" names' };
    throw missingFiles(
      [use.file],
      files.map(({ path }) => path),
      of,
    );
  }
  const likely = files.filter(({ path }) => /imatrix|\.dat$/i.test(path) && !/\.(txt|md)$/i.test(path));
  const candidates = likely.length > 0 ? likely : files;
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1)
    return { files: [only], because: 'the one importance matrix' };
  throw new GgufError(
    'SOURCE_AMBIGUOUS',
    `${of}: ${likely.length === 0 ? `none of its ${files.length} files is named like an importance matrix` : `it has ${likely.length} importance matrices: ${someNames(likely.map(({ path }) => path))}`}`,
    {
      hint: 'Name the matrix in "file" of "imatrix", or in "include" of its source. Nothing of it was fetched.',
    },
  );
}

/** The weights among files, or all of them. */
function weightNames(files: readonly ListedFile[]): string {
  const weights = files.filter(({ path }) => /\.(safetensors|gguf|bin|pt|pth)$/i.test(path));
  const shown = weights.length === 0 ? files : weights;
  return `${someNames(shown.map(({ path }) => path))}${sizeOf(shown)}`;
}

function sizeOf(files: readonly ListedFile[]): string {
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return sizeBytes > 0 ? ` (${prettyBytes(sizeBytes)})` : '';
}

/** The paths of files; a directory of which nothing is taken stands for all its files. */
function patterns(files: readonly ListedFile[], taken: readonly ListedFile[]): string[] {
  const found = files.map(({ path }) => {
    const [directory = '', ...rest] = path.split('/');
    const isWhole = rest.length > 0 && !taken.some((file) => file.path.startsWith(`${directory}/`));
    return isWhole ? `${directory}/**` : path;
  });
  return [...new Set(found)].sort();
}
