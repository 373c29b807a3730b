import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GgufError } from '../../core/errors.js';
import { output, type ToolchainContext } from '../context.js';

/** State of a git checkout: its commit, and the id of its whole tree when that is not the commit's. */
export interface CheckoutState {
  commit: string;
  /** Includes uncommitted changes and new files that git does not ignore, but nothing that Python compiled. */
  tree?: string;
}

/**
 * The exact state of a checkout. Its files are written to a tree with an index and an object directory of
 * their own, so the repository itself is not touched.
 * @throws GgufError `TOOLCHAIN_SOURCE_UNREADABLE` when the directory is no git checkout.
 */
export async function checkoutState(context: ToolchainContext, directory: string): Promise<CheckoutState> {
  const git = async (args: string[], env: Record<string, string> = {}) =>
    (
      await output(context, ['git', '-C', directory, ...args], { cwd: context.configDir, kind: 'git', env })
    ).trim();
  const scratch = await mkdtemp(join(tmpdir(), 'nx-gguf-'));
  try {
    const commit = await git(['rev-parse', '--verify', 'HEAD']);
    const objects = await git(['rev-parse', '--path-format=absolute', '--git-path', 'objects']);
    const env = {
      GIT_INDEX_FILE: join(scratch, 'index'),
      GIT_OBJECT_DIRECTORY: scratch,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
    };
    await git(['read-tree', 'HEAD'], env);
    await git(['add', '--all', '--', '.', ':(exclude,glob)**/__pycache__/**'], env);
    const tree = await git(['write-tree'], env);
    return tree === (await git(['rev-parse', 'HEAD^{tree}'])) ? { commit } : { commit, tree };
  } catch (cause) {
    throw new GgufError(
      'TOOLCHAIN_SOURCE_UNREADABLE',
      `${directory} is not a git checkout that can be read`,
      { cause, hint: 'source.path of type "checkout" names a clone of llama.cpp.' },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
