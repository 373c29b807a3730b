// Uploads a file as a result, or brings it, and prints the highest resident memory that took, in bytes:
// `share-file.mjs <sources> <store> put <file>`, `share-file.mjs <sources> <store> get <sha256> <size>`.
import { join } from 'node:path';
import { peakMemoryBytes } from '../../../dev/peak-memory.mjs';

const [sources, root, what, file, size] = process.argv.slice(2);
const [{ createRemotes }, { openStore }, { adoptFile }] = await Promise.all(
  ['remote/create-remotes', 'store/store', 'store/blobs'].map((path) => import(join(sources, `${path}.js`))),
);
const store = await openStore(root);
const report = (event) => {
  if (event.type === 'warning') throw new Error(event.message);
};
const remotes = createRemotes({ store, env: process.env, run: `${process.pid}`, report, signal: undefined });
if (what === 'put') {
  const files = [{ name: 'model.gguf', ...(await adoptFile(store, file)) }];
  await remotes.offer({
    format: 1,
    step: 'quantize',
    actionKey: 'a'.repeat(64),
    files,
    facts: {},
    provenance: { inputs: [], toolchain: null, commands: [] },
  });
} else if (!(await remotes.bring([{ name: 'model.gguf', sha256: file, sizeBytes: Number(size) }])))
  throw new Error('it was not brought');
await remotes.finish();
console.log(peakMemoryBytes());
