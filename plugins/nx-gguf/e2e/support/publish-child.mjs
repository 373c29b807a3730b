// Publishes one file to a hub with the plugin's own modules, and prints the largest resident size in
// bytes.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peakMemoryBytes } from '../../../../tools/dev/peak-memory.mjs';

const [store, repository, path, sha256] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(join(import.meta.dirname, '../../build', file)).href);
const { hubDestination } = await load('destination/hub.js');
const { planPublication } = await load('publication/upload-plan.js');
const { transferSettings } = await load('transport/transfer-settings.js');
const { openStore } = await load('store/store.js');

const context = {
  store: await openStore(store),
  env: process.env,
  report: () => undefined,
  signal: undefined,
  settings: transferSettings({}),
};
const wanted = [{ path: 'model.gguf', sizeBytes: statSync(path).size, sha256 }];
await hubDestination(
  { type: 'huggingface', repository },
  { wanted, create: true, dryRun: false },
  context,
)(async ({ present, apply }) => {
  const { plan, recordText } = planPublication(wanted, present, { overwrite: false, prune: false });
  await apply({
    plan,
    recordText,
    contents: new Map([
      ['model.gguf', { path }],
      ['nx-gguf.json', { text: recordText }],
    ]),
    message: { title: 'model', description: '' },
  });
});
process.stdout.write(`${peakMemoryBytes()}\n`);
