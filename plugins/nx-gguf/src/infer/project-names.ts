import { basename, join, posix } from 'node:path';
import { isRecord, looseJson, text } from '../workspace/loose-json.js';
import type { Declaration } from '../workspace/project-file.js';
import { readSmallText } from '../files/small-file.js';

/** The name of a project, and the files that would make projects of that same name, if there are any. */
export interface ProjectName {
  name: string;
  clash: NameClash | null;
}

/** Files that would make projects of one name. */
export interface NameClash {
  name: string;
  files: readonly string[];
}

/**
 * The names of projects by their directories: the directory's own, as Nx names them; a project.json there
 * says another, and a package.json where Nx takes it for a project. Nx refuses the whole workspace when two
 * have one name, so all but the first are named by their paths then.
 */
export async function projectNames(
  declarations: readonly Declaration[],
  workspaceRoot: string,
): Promise<(root: string) => ProjectName> {
  const roots = [...new Set(declarations.map(({ root }) => root))].sort();
  const alike = new Map<string, string[]>();
  for (const root of roots) {
    const name = directoryName(root, workspaceRoot);
    alike.set(name, [...(alike.get(name) ?? []), root]);
  }
  const names = new Map<string, ProjectName>();
  for (const [name, sharing] of alike) {
    const unnamed = sharing.length === 1 ? sharing : await withoutOwnName(sharing, workspaceRoot);
    const files = declarations
      .filter(({ root }) => unnamed.includes(root))
      .map(({ kind, root }) => posix.join(root, `${kind}.json`))
      .sort();
    // A name of its own takes the place of the one that is given here.
    for (const root of sharing)
      names.set(root, {
        name: root === (unnamed[0] ?? sharing[0]) ? name : root,
        clash: unnamed.length > 1 && unnamed.includes(root) ? { name, files } : null,
      });
  }
  return (root) => names.get(root) ?? { name: directoryName(root, workspaceRoot), clash: null };
}

function directoryName(root: string, workspaceRoot: string): string {
  return (root === '.' ? basename(workspaceRoot) : posix.basename(root)).toLowerCase();
}

async function withoutOwnName(roots: readonly string[], workspaceRoot: string): Promise<string[]> {
  const named = await Promise.all(roots.map((root) => nameIn(join(workspaceRoot, root, 'project.json'))));
  return roots.filter((_, index) => named[index] === null);
}

async function nameIn(path: string): Promise<string | null> {
  const content = await readSmallText(path).then(looseJson, () => null);
  return isRecord(content?.value) ? text(content.value['name']) : null;
}
