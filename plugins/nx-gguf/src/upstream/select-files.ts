import picomatch from 'picomatch';
import { GgufError } from '../core/errors.js';
import { pathCollisions, pathProblem, shownPath } from '../core/safe-path.js';

/** What a listing says of a file; `isLink` for symbolic links and submodules. */
export interface ListedFile {
  path: string;
  sizeBytes: number;
  isLink?: boolean;
}

/** Which files of a listing are wanted. */
export interface Selection {
  include?: readonly string[] | undefined;
  exclude?: readonly string[] | undefined;
}

const mostFiles = 10_000;
const pickle = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;
const safeWeights = /\.(safetensors|gguf)$/i;
const hint = 'Choose the files with "include" and "exclude" of the source.';

/**
 * The files of a listing that a source takes, sorted by path. Pickle-format weights can run code when they
 * are loaded: they are left out beside safetensors, and refused otherwise, unless `include` names them
 * literally.
 * @param of what is listed, for messages
 * @throws GgufError `SOURCE_EMPTY`, `PICKLE_REFUSED`, `UNSAFE_PATH` or `TOO_MANY_FILES`
 */
export function selectFiles<F extends ListedFile>(
  files: readonly F[],
  selection: Selection,
  of: string,
): F[] {
  const { include, exclude = [] } = selection;
  const included = picomatch([...(include ?? ['**'])]);
  const excluded = exclude.length === 0 ? () => false : picomatch([...exclude]);
  const literal = new Set(include ?? []);
  const matching = files.filter(({ path }) => (literal.has(path) || included(path)) && !excluded(path));
  const chosen = withoutPickles(matching, literal, of).sort((a, b) => (a.path < b.path ? -1 : 1));
  if (chosen.length === 0)
    throw new GgufError(
      'SOURCE_EMPTY',
      `${of}: no file ${include === undefined ? 'there' : `matches ${include.join(', ')}`}`,
      { hint: `${hint} ${examples(files)}`.trim() },
    );
  if (chosen.length > mostFiles)
    throw new GgufError(
      'TOO_MANY_FILES',
      `${of}: ${chosen.length} files are more than the ${mostFiles} that a source may take`,
      { hint },
    );
  const problems = unsafe(chosen);
  if (problems.length > 0)
    throw new GgufError('UNSAFE_PATH', problems.map((problem) => `${of}: ${problem}`).join('\n'), {
      hint: 'Such files cannot be stored safely on every system. Leave them out with "exclude".',
    });
  return chosen;
}

/** The literal names among the globs of `include`, or null when one of them is a pattern. */
export function literalPaths(include: readonly string[] | undefined): string[] | null {
  return include === undefined || include.length === 0 || include.some((glob) => picomatch.scan(glob).isGlob)
    ? null
    : [...include];
}

function withoutPickles<F extends ListedFile>(
  files: readonly F[],
  literal: ReadonlySet<string>,
  of: string,
): F[] {
  const refused = files.filter(({ path }) => pickle.test(path) && !literal.has(path));
  if (refused.length === 0) return [...files];
  const kept = files.filter((file) => !refused.includes(file));
  if (kept.some(({ path }) => safeWeights.test(path))) return kept;
  throw new GgufError(
    'PICKLE_REFUSED',
    `${of}: ${refused
      .slice(0, 5)
      .map(({ path }) => path)
      .join(
        ', ',
      )} ${refused.length === 1 ? 'is' : 'are'} in pickle format, which can run code when it is loaded`,
    {
      hint: 'Take a repository or revision with safetensors, or name each of these files literally in "include" when you trust them.',
    },
  );
}

function unsafe(files: readonly ListedFile[]): string[] {
  const named = files.flatMap(({ path, isLink }) => {
    const problem = isLink === true ? 'it is a symbolic link or a submodule' : pathProblem(path);
    return problem === null ? [] : [`${shownPath(path)} is refused: ${problem}`];
  });
  const sizes = files
    .filter(({ sizeBytes }) => !Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
    .map(({ path }) => `${shownPath(path)} has no possible size`);
  const collisions = pathCollisions(files.map(({ path }) => path)).map(
    ([a, b]) => `${shownPath(a)} and ${shownPath(b)} are the same file on some systems`,
  );
  return [...named, ...sizes, ...collisions].slice(0, 20);
}

function examples(files: readonly ListedFile[]): string {
  return files.length === 0
    ? ''
    : `It has ${files
        .slice(0, 8)
        .map(({ path }) => shownPath(path))
        .join(', ')}${files.length > 8 ? `, … (${files.length})` : ''}.`;
}
