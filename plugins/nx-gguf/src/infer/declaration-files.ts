import { lstat, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { textOf } from '../workspace/declared-text.js';
import { projectKinds, readLoosely, type Declaration, type ProjectKind } from '../workspace/project-file.js';
import { readSmallText } from '../files/small-file.js';

/** A declaration, and the file that it was read from. */
export type DeclarationFile = Declaration & { file: string };

/**
 * What the files with names of declarations declare. A file that is wrong, and one that cannot be read, declares
 * a project too, whose targets say what is wrong with it; what belongs to another program does not.
 */
export async function declarationFiles(
  files: readonly string[],
  workspaceRoot: string,
): Promise<DeclarationFile[]> {
  const unlisted = await unlistedFiles(files, workspaceRoot);
  const read = (
    await Promise.all([...files, ...unlisted].map((file) => declarationIn(file, workspaceRoot)))
  ).filter((declaration) => declaration !== null);
  const places = new Set(
    read.filter(({ isCertain }) => isCertain).map(({ declaration: { root } }) => posix.dirname(root)),
  );
  const ours = await Promise.all(
    read.map(async ({ declaration, isCertain }) =>
      isCertain ||
      places.has(posix.dirname(declaration.root)) ||
      !(await isOfOtherProject(declaration.file, workspaceRoot))
        ? declaration
        : null,
    ),
  );
  return ours.filter((declaration) => declaration !== null);
}

async function declarationIn(
  file: string,
  workspaceRoot: string,
): Promise<{ declaration: DeclarationFile; isCertain: boolean } | null> {
  const kind = posix.basename(file, '.json') as ProjectKind;
  const found = await textOf(join(workspaceRoot, file));
  if (found === null) return null;
  const { ownership, content, isBroken } = await readLoosely(kind, 'text' in found ? found.text : null);
  if (ownership === 'foreign') return null;
  const declaration = { file, kind, root: posix.dirname(file), content, isBroken };
  return { declaration, isCertain: ownership === 'ours' };
}

/**
 * True for a file in the directory of a project that is none of ours, or below it: what nobody can tell by its
 * content is that project's, and must not become a project in its middle. Files beside projects of ours are not
 * asked this.
 */
async function isOfOtherProject(file: string, workspaceRoot: string): Promise<boolean> {
  const root = posix.dirname(file);
  const lock = posix.join(root, `${posix.basename(file, '.json')}.lock.json`);
  if ((await textOf(join(workspaceRoot, lock))) !== null) return false;
  for (let directory = root; directory !== '.'; directory = posix.dirname(directory)) {
    for (const name of ['project.json', 'package.json']) {
      const text = await readSmallText(join(workspaceRoot, directory, name)).catch(() => null);
      if (text === null || text.includes('nx-gguf')) continue;
      const isPlain = name === 'project.json' && !/"(?:targets|sourceRoot|projectType)"/.test(text);
      if (directory !== root || !isPlain) return true;
    }
  }
  return false;
}

/**
 * Files that Nx does not list, because they are none: links to nothing, and directories. They are looked for
 * beside the projects that it does list, and where models commonly are.
 */
async function unlistedFiles(files: readonly string[], workspaceRoot: string): Promise<string[]> {
  const places = new Set(['.', 'models', ...files.map((file) => posix.dirname(posix.dirname(file)))]);
  const roots = await Promise.all(
    [...places].map(async (place) => [
      place,
      ...(await readdir(join(workspaceRoot, place), { withFileTypes: true }).catch(() => []))
        .filter((entry) => entry.isDirectory() && !/^(?:\.|node_modules$)/.test(entry.name))
        .map(({ name }) => posix.join(place, name)),
    ]),
  );
  const names = projectKinds.map((kind) => `${kind}.json`);
  const listed = new Set(files);
  const candidates = roots.flat().flatMap((root) => names.map((name) => posix.join(root, name)));
  const unlisted = await Promise.all(
    [...new Set(candidates)]
      .filter((file) => !listed.has(file))
      .map(async (file) => ((await isUnreadable(join(workspaceRoot, file))) ? file : null)),
  );
  return unlisted.filter((file) => file !== null);
}

/** True for a directory, or a link that leads to no file. A file that git ignores is left alone, as Nx does. */
async function isUnreadable(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  if (found === null || !(found.isDirectory() || found.isSymbolicLink())) return false;
  const content = await textOf(path);
  return content !== null && 'cause' in content;
}
