import { join, posix } from 'node:path';
import { GgufError } from '../core/errors.js';
import { parseAs } from '../core/validate.js';
import { withPlainRepositories } from './hub-sources.js';
import { declaredText, textOf } from './declared-text.js';
import { readLoosely, type Declaration, type Ownership, type ProjectKind } from './project-file.js';
import { projectDirectory, type Workspace } from './workspace.js';

/**
 * The checked declaration that an executor's target is made from: for `fetch` that of a model or of a corpus.
 * @throws GgufError `MODEL_MISSING` and its like, `PROJECT_AMBIGUOUS`, and `BAD_MODEL` and its like with
 *   every problem
 */
export async function declarationOf(
  executor: string,
  { workspaceRoot, root, hub }: { workspaceRoot: string; root: string; hub: string | null },
): Promise<Declaration> {
  const kinds: readonly ProjectKind[] =
    executor === 'fetch'
      ? await fetchedKinds(join(workspaceRoot, root))
      : [executor.startsWith('toolchain-') ? 'toolchain' : 'model'];
  if (kinds.length > 1) {
    throw new GgufError(
      'PROJECT_AMBIGUOUS',
      `${root} holds ${kinds.map((kind) => `${kind}.json`).join(' and ')}, and both make the target fetch`,
      { hint: 'Move one of them to a directory of its own.' },
    );
  }
  const kind = kinds[0] ?? 'model';
  const shown = posix.join(root, `${kind}.json`);
  const text = await declaredText(kind, join(workspaceRoot, shown), {
    shown,
    hint: `nx-gguf:${executor} is for a directory with ${executor === 'fetch' ? 'model.json or corpus.json' : `${kind}.json`}.`,
  });
  const content = withPlainRepositories(kind, parseAs(kind, text, shown), { shown, hub });
  return { kind, root, content: content as unknown as Declaration['content'] };
}

/**
 * What a project's `fetch` brings: the source of the model or of the corpus that is declared in its
 * directory.
 */
export async function fetchedKind(workspace: Workspace, project: string): Promise<'model' | 'corpus'> {
  return (await fetchedKinds(projectDirectory(workspace, project, project))).includes('corpus')
    ? 'corpus'
    : 'model';
}

/**
 * Which of the files that declare a source are in a directory. Of two, one that belongs to another program
 * does not count.
 */
async function fetchedKinds(directory: string): Promise<('model' | 'corpus')[]> {
  const found: { kind: 'model' | 'corpus'; ownership: Ownership }[] = [];
  for (const kind of ['model', 'corpus'] as const) {
    const file = await textOf(join(directory, `${kind}.json`));
    if (file !== null)
      found.push({ kind, ownership: (await readLoosely(kind, 'text' in file ? file.text : null)).ownership });
  }
  const ours = found.filter(({ ownership }) => ownership === 'ours');
  return (ours.length > 0 ? ours : found).map(({ kind }) => kind);
}
