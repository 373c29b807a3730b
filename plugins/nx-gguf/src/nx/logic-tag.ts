import { posix } from 'node:path';
import type { CreateNodes } from '@nx/devkit';
import { logicVersions } from '../core/logic-versions.js';

/**
 * Gives each project of ours a tag with the versions of the steps' logic. Nx hashes a project's tags into its tasks, and
 * does not hash the source of a plugin: without the tag, results of an older nx-gguf would be restored after an update.
 */
export const logicTag: CreateNodes = ['**/{model,corpus,toolchain}.json', (files) => files.map((file) => {
  const root = posix.dirname(file);
  return [file, { projects: { [root]: { root, tags: [tag] } } }] as const;
})];

const tag = `nx-gguf:logic:${Object.values(logicVersions).join('.')}`;
