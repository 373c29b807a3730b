import picomatch from 'picomatch';
import { counted } from '../../core/counted.js';
import { GgufError } from '../../core/errors.js';
import type { SourceUse } from '../../core/source-use.js';
import { pathCollisions, pathProblem, shownPath } from '../../core/safe-path.js';
import { choiceOf, defaultFiles, type WeightsChoice } from './default-files.js';
import type { ListedFile } from './listed-file.js';
import { missingFiles } from './missing-files.js';
import { isUsableWeights, noWeights } from './model-weights.js';
import { requireQuickGlobs } from './quick-globs.js';

/** Which files of a listing are wanted. */
export interface Selection {
  include?: readonly string[] | undefined;
  exclude?: readonly string[] | undefined;
  /** One file of an archive is wanted. */
  member?: string | undefined;
}

/** What is taken of a listing, and what the user should hear of the choice. */
export interface Selected<F> {
  files: F[];
  /** What was left out without being asked for, and why; null when nothing was. */
  choice: WeightsChoice | null;
  warnings: string[];
}

const mostFiles = 10_000;
const pickle = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;
const hint = 'Choose the files with "include" and "exclude" of the source.';

/**
 * The files of a listing that a source takes, sorted by path. Where `include` is absent, the use of the source
 * decides: of a model one set of weights, of a reference its one GGUF, of a matrix its one file.
 * Pickle-format weights can run code when they are loaded: they are left out beside safe ones, and refused
 * otherwise, unless `include` names them literally.
 * @param of what is listed, for messages
 * @throws GgufError `SOURCE_EMPTY`, `SOURCE_NO_WEIGHTS`, `SOURCE_AMBIGUOUS`, `SOURCE_NOT_FOUND`,
 *   `PICKLE_REFUSED`, `UNSAFE_PATH`, `GLOB_REFUSED` or `TOO_MANY_FILES`
 */
export function selectFiles<F extends ListedFile>(
  files: readonly F[],
  selection: Selection,
  { of, use }: { of: string; use: SourceUse },
): Selected<F> {
  const { include, exclude = [] } = selection;
  const paths = files.map(({ path }) => path);
  requireQuickGlobs([...(include ?? []), ...exclude], paths, { of });
  const literal = new Set(include ?? []);
  const isIncluded = matcher(include ?? ['**']);
  const isExcluded = matcher(exclude);
  const matching = files.filter(({ path }) => isIncluded(path) && !isExcluded(path));
  if (matching.length === 0)
    throw new GgufError(
      'SOURCE_EMPTY',
      `${of}: no file ${include === undefined ? 'there' : `matches ${include.join(', ')}`}`,
      { hint: `${hint} ${examples(files)}`.trim() },
    );
  const warnings = withoutEffect(files, matching, { selection, of });
  const chosen = include === undefined ? defaultFiles(matching, { of, use }) : null;
  const safe = withoutPickles(chosen?.files ?? matching, literal, { of, use });
  const kept = [...safe].sort((a, b) => (a.path < b.path ? -1 : 1));
  if (kept.length > mostFiles)
    throw new GgufError(
      'TOO_MANY_FILES',
      `${of}: ${counted(kept.length, 'file')} are more than the ${mostFiles} that a source may take`,
      { hint },
    );
  if (use.kind === 'checkpoint' && selection.member === undefined && !kept.some(isUsableWeights))
    throw noWeights(kept, of);
  const problems = unsafe(kept);
  if (problems.length > 0)
    throw new GgufError('UNSAFE_PATH', problems.map((problem) => `${of}: ${problem}`).join('\n'), {
      hint: 'Such files cannot be stored safely on every system. Leave them out with "exclude".',
    });
  const choice = choiceOf(matching, kept, { of, because: chosen?.because ?? null });
  return { files: kept, choice, warnings };
}

function matcher(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const literal = new Set(globs);
  const matches = picomatch([...globs]);
  return (path) => literal.has(path) || matches(path);
}

/**
 * What the user wrote and what has no effect: a glob that matches nothing is worth a warning, a name that is
 * not there an error.
 */
function withoutEffect(
  files: readonly ListedFile[],
  matching: readonly ListedFile[],
  { selection: { include = [], exclude = [] }, of }: { selection: Selection; of: string },
): string[] {
  const paths = files.map(({ path }) => path);
  const absent = include.filter((glob) => isLiteral(glob) && !paths.includes(glob));
  if (absent.length > 0) throw missingFiles(absent, paths, of);
  const included = matching.map(({ path }) => path);
  return [
    ...idle(include, included, { field: 'include', of }),
    ...idle(exclude, paths, { field: 'exclude', of }),
  ];
}

/**
 * Globs of `include` that none of the files of a lock matches. Who pinned them was told; who takes the lock over
 * sees it here.
 */
export function idleIncludes(
  {
    files,
    selection,
  }: { files: readonly { path: string }[]; selection?: { leftOut: readonly string[] } | undefined },
  include: readonly string[],
  of: string,
): string[] {
  // What was left out by its format did match.
  const paths = [...files.map(({ path }) => path), ...(selection?.leftOut ?? [])];
  requireQuickGlobs(include, paths, { of });
  if (paths.some((path) => path.endsWith('/**'))) return [];
  return idle(include, paths, { field: 'include', of });
}

function idle(
  globs: readonly string[],
  among: readonly string[],
  { field, of }: { field: string; of: string },
): string[] {
  return globs
    .filter((glob) => !among.some(matcher([glob])))
    .map((glob) => `${of}: ${JSON.stringify(glob)} of "${field}" matches no file`);
}

/** The literal names among the globs of `include`, or null when one of them is a pattern. */
export function literalPaths(include: readonly string[] | undefined): string[] | null {
  if (include === undefined || include.length === 0) return null;
  requireQuickGlobs(include, [], { of: 'the source' });
  return include.every(isLiteral) ? [...include] : null;
}

function isLiteral(glob: string): boolean {
  return !picomatch.scan(glob).isGlob;
}

function withoutPickles<F extends ListedFile>(
  files: readonly F[],
  literal: ReadonlySet<string>,
  { of, use }: { of: string; use: SourceUse },
): F[] {
  const refused = files.filter(({ path }) => pickle.test(path) && !literal.has(path));
  if (refused.length === 0) return [...files];
  const kept = files.filter((file) => !refused.includes(file));
  // The converter reads no GGUF: beside one, a checkpoint in pickle format is still the only one.
  const safeWeights = use.kind === 'checkpoint' ? /\.safetensors$/i : /\.(safetensors|gguf)$/i;
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
