import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { CreateNodes } from '@nx/devkit';
import { logicVersions } from '../core/logic-versions.js';

/**
 * Gives each project that names our executors a tag with the versions of the steps' logic. Nx hashes a project's tags into
 * its tasks, and does not hash the source of a plugin: without the tag, results of an older nx-gguf would be restored after
 * an update.
 */
export const logicTag: CreateNodes = ['**/project.json', async (files, _options, { workspaceRoot }) => {
  const ours = await Promise.all(files.map(async (file) => ((await namesUs(join(workspaceRoot, file))) ? [file] : [])));
  return ours.flat().map((file) => {
    const root = posix.dirname(file);
    return [file, { projects: { [root]: { root, tags: [tag] } } }] as const;
  });
}];

const tag = `nx-gguf:logic:${Object.values(logicVersions).join('.')}`;

async function namesUs(path: string): Promise<boolean> {
  return readFile(path, 'utf8').then((text) => text.includes('"nx-gguf:'), () => false);
}
