import { posix } from 'node:path';
import { globAsync, readNxJson, type Tree } from '@nx/devkit';
import { parseAs } from '../../core/validate.js';
import { syncedLines } from './project-lines.js';
import { inferredTargets } from '../../infer/project-node.js';
import {
  projectKinds,
  readLoosely,
  type Declaration,
  type ProjectKind,
} from '../../workspace/project-file.js';
import { targetPrefix } from '../../infer/target-prefix.js';
import { plainError } from '../../terminal/report-error.js';
import { pluginOptions } from '../../infer/plugin-options.js';

/** What Nx shows of files that are out of step; nothing when all are in step. */
export type SyncResult = { outOfSyncMessage: string; outOfSyncDetails: string[] } | undefined;

/**
 * Brings the project.json files beside model, corpus and toolchain files in line with them. A directory
 * without project.json is left alone.
 * @throws an error with `BAD_MODEL` and its like for a file that is wrong
 */
export async function runSync(tree: Tree): Promise<SyncResult> {
  try {
    return await synced(tree);
  } catch (error) {
    throw plainError(error);
  }
}

async function synced(tree: Tree): Promise<SyncResult> {
  const prefix = targetPrefix(pluginOptions(readNxJson(tree) ?? {}));
  const details: string[] = [];
  for (const [root, declarations] of await declarationsByRoot(tree)) {
    const path = posix.join(root, 'project.json');
    const before = tree.read(path, 'utf8');
    if (before === null) continue;
    const targets = Object.assign(
      {},
      ...declarations.map((declaration) => inferredTargets(declaration, prefix)),
    ) as ReturnType<typeof inferredTargets>;
    const synced = syncedLines(before, targets);
    if (synced === null || synced.text === before) continue;
    tree.write(path, synced.text);
    details.push(
      ...synced.added.map((name) => `${path}: ${name} is missing`),
      ...synced.removed.map((name) => `${path}: ${name} is no longer declared`),
    );
  }
  return details.length === 0
    ? undefined
    : { outOfSyncMessage: 'Targets in project.json are not those of model.json.', outOfSyncDetails: details };
}

async function declarationsByRoot(tree: Tree): Promise<Map<string, Declaration[]>> {
  const found = new Map<string, Declaration[]>();
  for (const file of (
    await globAsync(
      tree,
      projectKinds.flatMap((kind) => [`${kind}.json`, `**/${kind}.json`]),
    )
  ).sort()) {
    const text = tree.read(file, 'utf8') ?? '';
    const [root, kind] = [posix.dirname(file), posix.basename(file, '.json') as ProjectKind];
    const { ownership } = await readLoosely(kind, text);
    if (ownership === 'foreign' || (ownership === 'unknown' && !hasLines(tree, root))) continue;
    // Of a file that is wrong not everything is known, and lines would be lost.
    const content = parseAs(kind, text, file) as unknown as Declaration['content'];
    found.set(root, [...(found.get(root) ?? []), { kind, root, content }]);
  }
  return found;
}

/** True for a directory whose project.json has targets of ours. */
function hasLines(tree: Tree, root: string): boolean {
  return tree.read(posix.join(root, 'project.json'), 'utf8')?.includes('"nx-gguf:') === true;
}
