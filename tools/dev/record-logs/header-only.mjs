// Models of which only the header is real, as a dry run reads them, made with the specs' own builder of
// headers.
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importTypeScript } from '../import-typescript.mjs';
import { root } from '../run.mjs';

const shape = {
  layers: 8,
  hidden: 256,
  feedForward: 768,
  heads: 4,
  keyValueHeads: 2,
  headSize: 64,
  linearHeads: 4,
  linearHeadSize: 64,
  vocabulary: 1000,
};

/** Writes sparse files: a small Qwen3.5 model, and one whose rows do not fit the blocks of K-quants. */
export async function writeHeaderOnlyModels(directory) {
  const builder = (name) => importTypeScript(join(root, 'plugins/nx-gguf/src/gguf/testing', `${name}.ts`));
  const { headerOnlyGguf } = await builder('tiny-gguf');
  const { qwen35Gguf } = await builder('qwen35-gguf');
  for (const [name, changes] of [
    ['qwen35.gguf', {}],
    ['qwen35-narrow.gguf', { layers: 4, feedForward: 800 }],
  ]) {
    const { header, sizeBytes } = headerOnlyGguf(qwen35Gguf({ ...shape, ...changes }));
    writeFileSync(join(directory, name), header);
    truncateSync(join(directory, name), sizeBytes);
  }
}

/** The rules of the reference model, as a variant passes them on. */
export function referenceRules() {
  return readFileSync(join(root, 'models/qwen35-08b/tensor_types.txt'), 'utf8');
}
