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
import { requireQuickGlobs } from '../../upstream/selection/quick-globs.js';
import { systemReason } from '../../core/system-error.js';
import { refuseUnfit, wholeListing } from './unfit-files.js';

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
 *   chosen, `SOURCE_UNREADABLE`, `GLOB_REFUSED`, or what choosing throws
 */
export async function listFiles(path: string, globs: Globs, use: SourceUse): Promise<FileList> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new GgufError('SOURCE_MISSING', `${path}: ${systemReason(cause)}`, {
      cause,
      hint: 'Check the path in the source.',
    });
  });
  if (!info.isDirectory()) {
    await refuseUnfit(dirname(path), [basename(path)]);
    return oneFile(path, globs);
  }
  const { include, exclude = [] } = globs;
  const unread: string[] = [];
  const isWhole = include === undefined && exclude.length === 0;
  const all = await filesMatching(path, ['**'], isWhole ? { unread } : {});
  requireQuickGlobs([...(include ?? []), ...exclude], all, { of: path });
  const names = isWhole ? all : await filesMatching(path, include ?? ['**'], { exclude, unread });
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
  const warnings = [...unread, ...(await withoutEffect(path, globs, all))];
  const chosen = include === undefined ? defaultFiles(matching, { of: path, use }) : null;
  const taken = chosen?.files ?? matching;
  await refuseUnfit(
    path,
    taken.map((file) => file.path),
  );
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
  for (const path of names) {
    // A link that leads nowhere has no size: whether it matters depends on whether it is taken.
    const info = await stat(join(directory, path)).catch(() => null);
    files.push({ path, sizeBytes: info?.size ?? 0 });
  }
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
    if ((await filesMatching(directory, ['**'], { exclude: [glob] })).length === all.length)
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

/**
 * What is below a directory and no directory, and matches the globs, sorted by code unit: `refuseUnfit` tells
 * whether they can be read.
 * @param options.unread gets a warning for each directory that cannot be read
 */
export async function filesMatching(
  directory: string,
  include: readonly string[],
  { exclude = [], unread = [] }: { exclude?: readonly string[]; unread?: string[] } = {},
): Promise<string[]> {
  const names = await glob([...include], {
    cwd: directory,
    ignore: [...exclude],
    onlyFiles: true,
    followSymbolicLinks: true,
    expandDirectories: false,
    fs: wholeListing((path, cause) =>
      unread.push(`${path}: ${systemReason(cause)}: no file in it is taken (name it in "exclude")`),
    ),
  });
  return names.sort((a, b) => (a < b ? -1 : 1));
}
