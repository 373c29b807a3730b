import type { Tree } from '@nx/devkit';
import { runSync, type SyncResult } from './run-sync.js';

/** The generator `nx-gguf:sync`, which `nx sync` and `nx sync:check` run. */
export default function sync(tree: Tree): Promise<SyncResult> {
  return runSync(tree);
}
