import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { CreateNodes } from '@nx/devkit';
import { logicVersions } from '../core/logic-versions.js';
import { goneInputs } from './gone-variable.js';

/**
 * Gives each project that names our executors a tag with the versions of the steps' logic. Nx hashes a project's tags into
 * its tasks, and does not hash the source of a plugin: without the tag, results of an older nx-gguf would be restored after
 * an update. And it gives targets with files the input by which a run can tell Nx that these are gone; what nx.json and
 * project.json declare comes after it, behind `"..."`.
 */
export const projectNodes: CreateNodes = ['**/project.json', async (files, _options, { workspaceRoot }) => {
  const ours = await Promise.all(files.map(async (file) => {
    const text = await readFile(join(workspaceRoot, file), 'utf8').catch(() => '');
    return text.includes('"nx-gguf:') ? [{ file, text }] : [];
  }));
  return Promise.all(ours.flat().map(async ({ file, text }) => {
    const root = posix.dirname(file);
    return [file, { projects: { [root]: { root, tags: [tag], targets: targetsOf(await parsed(text), root) } } }] as const;
  }));
}];

const tag = `nx-gguf:logic:${Object.values(logicVersions).join('.')}`;

function targetsOf(project: unknown, root: string): ReturnType<typeof goneInputs> {
  if (typeof project !== 'object' || project === null) return {};
  const { name, targets } = project as { name?: unknown; targets?: unknown };
  return typeof targets === 'object' && targets !== null ? goneInputs(typeof name === 'string' ? name : posix.basename(root), targets as Record<string, unknown>) : {};
}

/** A project.json as Nx reads it, with comments; what is no JSON at all is Nx's to report. */
async function parsed(text: string): Promise<unknown> {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return import('@nx/devkit').then(({ parseJson }) => parseJson<object>(text)).catch(() => null);
  }
}
