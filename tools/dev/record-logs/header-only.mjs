// Models of which only the header is real, as a dry run reads them, made with the specs' own builder of
// headers.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformFileSync } from '@swc/core';
import { root } from '../setup.mjs';

const gguf = join(root, 'plugins/nx-gguf');
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
  const { headerOnlyGguf, qwen35Gguf } = await builders(directory);
  for (const [name, changes] of [
    ['qwen35.gguf', {}],
    ['qwen35-narrow.gguf', { layers: 4, feedForward: 800 }],
  ]) {
    const { header, sizeBytes } = headerOnlyGguf(qwen35Gguf({ ...shape, ...changes }));
    writeFileSync(join(directory, name), header);
    truncateSync(join(directory, name), sizeBytes);
  }
}

/** The builders, which are TypeScript and no part of the package. */
async function builders(directory) {
  const compiled = mkdtempSync(join(directory, 'builders-'));
  const load = (name) => {
    const { code } = transformFileSync(join(gguf, 'src/gguf/testing', `${name}.ts`), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    });
    writeFileSync(
      join(compiled, `${name}.mjs`),
      code.replaceAll(/'(\.\.\/[\w-]+)\.js'|"(\.\.\/[\w-]+)\.js"/g, (_, a, b) =>
        JSON.stringify(pathToFileURL(join(gguf, 'dist/gguf/testing', `${a ?? b}.js`)).href),
      ),
    );
    return import(pathToFileURL(join(compiled, `${name}.mjs`)).href);
  };
  const found = { ...(await load('tiny-gguf')), ...(await load('qwen35-gguf')) };
  rmSync(compiled, { recursive: true });
  return found;
}

/** The rules of the reference model, as a variant passes them on. */
export function referenceRules() {
  return readFileSync(join(root, 'models/qwen35-08b/tensor_types.txt'), 'utf8');
}
