import type { Tree } from '@nx/devkit';
import type { UpdateOptions } from '../../core/generated/generators/update.generated.js';
import { runUpdate } from './run-update.js';

/** The generator `nx-gguf:update`. */
export default function update(tree: Tree, options: UpdateOptions): Promise<void> {
  return runUpdate(tree, options);
}
