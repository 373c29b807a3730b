import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { GgufError } from '../../core/errors.js';
import type { SourceUse } from '../../core/source-use.js';
import { nearestPath } from '../../core/suggestion.js';
import { choiceOf, defaultFiles, type WeightsChoice } from '../../upstream/selection/default-files.js';
import type { ListedFile } from '../../upstream/selection/listed-file.js';
import { missingFiles } from '../../upstream/selection/missing-files.js';
import { isUsableWeights, noWeights } from '../../upstream/selection/model-weights.js';
import { systemReason } from '../../core/system-error.js';

/** Files under a directory: relative names with forward slashes, sorted. */
export interface FileList {
  directory: string;
  names: string[];
  choice: WeightsChoice | null;
  /** What the user wrote that has no effect. */
  warnings: string[];
}

/** Globs that choose among files. */
interface Globs {
  include?: readonly string[] | undefined;
  exclude?: readonly string[] | undefined;
}

/**
 * The files that a path means: a file itself, or the files of a directory that the globs choose (hidden ones
 * left out). Where there is no `include`, the use decides: of a model one set of weights.
 * @throws GgufError `SOURCE_MISSING` when there is nothing at the path, `SOURCE_EMPTY` when no file is
 *   chosen, or what choosing throws
 */
export async function listFiles(path: string, globs: Globs, use: SourceUse): Promise<FileList> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new GgufError('SOURCE_MISSING', `${path}: ${systemReason(cause)}`, {
      cause,
      hint: 'Check the path in the source.',
    });
  });
  if (info.isFile()) return oneFile(path, globs);
  const { include, exclude = [] } = globs;
  const names = await filesMatching(path, include ?? ['**'], exclude);
  const all = include === undefined && exclude.length === 0 ? names : await filesMatching(path, ['**']);
  if (names.length === 0) {
    const near = (include ?? []).flatMap((glob) => nearestPath(glob, all) ?? []);
    throw new GgufError(
      'SOURCE_EMPTY',
      `${path}: no file ${include === undefined ? 'there' : `matches ${include.join(', ')}`}`,
      {
        hint: `Check the path and the globs in the source.${near.length === 0 ? '' : ` The nearest there: ${near.join(', ')}.`}`,
      },
    );
  }
  const matching = await withSizes(path, names);
  const warnings = await withoutEffect(path, globs, all);
  const chosen = include === undefined ? defaultFiles(matching, { of: path, use }) : null;
  const taken = chosen?.files ?? matching;
  if (use.kind === 'checkpoint' && !taken.some(isUsableWeights)) throw noWeights(taken, path);
  return {
    directory: path,
    names: taken.map((file) => file.path),
    choice: choiceOf(matching, taken, { of: path, because: chosen?.because ?? null }),
    warnings,
  };
}

/** A path that is a file: it is taken by its own name, and there is nothing to choose. */
function oneFile(path: string, globs: Globs): FileList {
  const idle = (['include', 'exclude'] as const).filter((field) => globs[field] !== undefined);
  const warnings = idle.map(
    (field) => `${path}: "${field}" of the source changes nothing: the path is one file, and no directory`,
  );
  return { directory: dirname(path), names: [basename(path)], choice: null, warnings };
}

/**
 * The error of a checkpoint that is one file.
 * @returns `SOURCE_IS_FILE`, or `SOURCE_NO_WEIGHTS` for a file that is no weights of the converter
 */
export function fileForCheckpoint(path: string): GgufError {
  const name = basename(path);
  if (!isUsableWeights({ path: name }) || name.endsWith('.gguf'))
    return noWeights([{ path: name, sizeBytes: 0 }], path);
  return new GgufError(
    'SOURCE_IS_FILE',
    `${path}: it is one file, and the source of a model is a directory`,
    {
      hint: 'Name the directory that holds it, with its config.json and tokenizer.',
    },
  );
}

async function withSizes(directory: string, names: readonly string[]): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  for (const path of names) files.push({ path, sizeBytes: (await stat(join(directory, path))).size });
  return files;
}

/** Globs that match nothing are worth a warning; a name that is not there is an error. */
async function withoutEffect(
  directory: string,
  { include = [], exclude = [] }: Globs,
  all: readonly string[],
): Promise<string[]> {
  const idle: { glob: string; field: string }[] = [];
  for (const glob of include)
    if ((await filesMatching(directory, [glob])).length === 0) idle.push({ glob, field: 'include' });
  for (const glob of exclude)
    if ((await filesMatching(directory, ['**'], [glob])).length === all.length)
      idle.push({ glob, field: 'exclude' });
  const absent = idle.filter(({ glob, field }) => field === 'include' && !isDynamicPattern(glob));
  if (absent.length > 0)
    throw missingFiles(
      absent.map(({ glob }) => glob),
      all,
      directory,
    );
  return idle.map(({ glob, field }) => `${directory}: ${JSON.stringify(glob)} of "${field}" matches no file`);
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
