import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { CreateNodes } from '@nx/devkit';
import { looseJson } from '../workspace/loose-json.js';
import { projectNode } from './project-node.js';
import { isOurs, projectKinds, type Declaration, type ProjectKind } from '../workspace/project-file.js';
import { projectNames } from './project-names.js';
import { targetPrefix } from './target-prefix.js';

const fileNames = projectKinds.map((kind) => `${kind}.json`);

/**
 * Makes a project of each directory with a model.json, a corpus.json or a toolchain.json: nothing else is
 * read. A wrong file fails the targets that it makes, with every problem, and nothing else in the workspace;
 * so this never throws for one.
 */
export const createNodes: CreateNodes = [
  `{${[...fileNames, ...fileNames.map((name) => `**/${name}`)].join(',')}}`,
  async (files, options, { workspaceRoot }) => {
    const prefix = targetPrefix(options);
    const found = (await Promise.all(files.map((file) => declarationIn(file, workspaceRoot)))).filter(
      (declaration) => declaration !== null,
    );
    const names = await projectNames(found, workspaceRoot);
    return found.map((declaration) => [
      declaration.file,
      projectNode(declaration, { prefix, ...names(declaration.root) }),
    ]);
  },
];

async function declarationIn(
  file: string,
  workspaceRoot: string,
): Promise<(Declaration & { file: string }) | null> {
  const kind = posix.basename(file, '.json') as ProjectKind;
  const text = await readFile(join(workspaceRoot, file), 'utf8').catch(() => null);
  if (text === null) return null;
  const { value: content, isBroken } = await looseJson(text);
  return isOurs(kind, content) ? { file, kind, root: posix.dirname(file), content, isBroken } : null;
}
