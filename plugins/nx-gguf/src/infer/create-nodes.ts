import type { CreateNodes } from '@nx/devkit';
import { projectKinds } from '../workspace/project-file.js';
import { declarationFiles } from './declaration-files.js';
import { projectNode } from './project-node.js';
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
    const found = await declarationFiles(files, workspaceRoot);
    const names = await projectNames(found, workspaceRoot);
    return found.map((declaration) => [
      declaration.file,
      projectNode(declaration, { prefix, ...names(declaration.root) }),
    ]);
  },
];
