import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { GgufError } from '../../core/errors.js';
import { didYouMean } from '../../core/suggestion.js';

const shownFiles = 8;
const anyName = 'Name a path, an http(s) URL, or at least 6 characters of a digest in the store.';

/** The error of a directory where a file is needed, with the GGUFs in it. */
export async function directoryInstead(path: string): Promise<GgufError> {
  const files = (await entriesOf(path)).filter(isGgufName).map((name) => join(path, name));
  return new GgufError('FILE_UNFIT', `${path} is a directory, and a GGUF is needed`, {
    hint: files.length === 0 ? `No GGUF lies in it. ${anyName}` : `Name a file of it: ${someOf(files)}.`,
  });
}

/**
 * The error of a name that no file has: with the name that is near in its directory, or with the files of the
 * target, the project or the variant that it may stand for.
 */
export async function noSuchGguf(name: string, workspaceRoot: string | null): Promise<GgufError> {
  if (name === '')
    return new GgufError('FILE_MISSING', 'an empty name stands for no file', { hint: anyName });
  const results = workspaceRoot === null ? [] : await resultsNamed(below(name, workspaceRoot), workspaceRoot);
  if (results.length > 0)
    return new GgufError('FILE_MISSING', `${name}: no such file`, {
      hint: `A project, a target or a variant has this name; name its file: ${someOf(results)}.`,
    });
  if (/^[\w.@/-]+(?<!https?):[\w:.-]+$/.test(name))
    return new GgufError('FILE_MISSING', `${name}: no such file`, {
      hint: `If that is a target, \`npx nx run ${name}\` makes its files and leaves them below dist/. ${anyName}`,
    });
  const directory = dirname(name);
  const entries = await entriesOf(directory);
  const near = didYouMean(basename(name), entries.some(isGgufName) ? entries.filter(isGgufName) : entries);
  return new GgufError('FILE_MISSING', `${name}: no such file${near}`, { hint: anyName });
}

/** A path below a directory as one relative to it. */
function below(path: string, directory: string): string {
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
}

/** The GGUFs below `dist` that a name may stand for: `project`, `project:quantize:variant` or `variant`. */
async function resultsNamed(name: string, root: string): Promise<string[]> {
  const [first = '', ...rest] = name.toLowerCase().split(':');
  const variant = rest.length > 1 ? rest.at(-1) : undefined;
  const found: string[] = [];
  for (const project of await entriesOf(join(root, 'dist')))
    for (const file of (await entriesOf(join(root, 'dist', project))).filter(isGgufName)) {
      const stem = file.toLowerCase().replace(/(?:-\d{5}-of-\d{5})?\.gguf$/, '');
      const isOf = (wanted: string): boolean => stem === wanted || stem.endsWith(`-${wanted}`);
      const isNamed =
        project.toLowerCase() === first
          ? variant === undefined || isOf(variant)
          : rest.length === 0 && isOf(first);
      if (isNamed) found.push(relative(process.cwd(), join(root, 'dist', project, file)));
    }
  return found.sort();
}

async function entriesOf(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

function isGgufName(name: string): boolean {
  return /\.gguf$/i.test(name);
}

function someOf(files: readonly string[]): string {
  const shown = files.slice(0, shownFiles).join(', ');
  return files.length > shownFiles ? `${shown} and ${files.length - shownFiles} more` : shown;
}
