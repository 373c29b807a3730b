// Downloads one file into a store with the plugin's own modules, and prints the largest resident size in
// bytes.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peakMemoryBytes } from '../../../../tools/dev/peak-memory.mjs';

const [store, url, sha256, sizeBytes] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(import.meta.dirname, '../../build', path)).href);
const { downloadFiles } = await load('upstream/download-files.js');
const { transferSettings } = await load('transport/transfer-settings.js');
const { openStore } = await load('store/store.js');

const context = {
  store: await openStore(store),
  env: {},
  report: () => undefined,
  signal: undefined,
  settings: transferSettings({}),
};
await downloadFiles(
  [
    {
      name: 'file',
      url,
      token: null,
      sizeBytes: Number(sizeBytes),
      sha256,
      gitOid: null,
      refused: () => new Error('refused'),
    },
  ],
  context,
);
process.stdout.write(`${peakMemoryBytes()}\n`);
