// Builds one variant with the compiled plugin, in a process of its own that can be killed:
// `build-variant.mjs <json>`.
import { join } from 'node:path';

const { store: root, tool, model, imatrix, settings, rules, name, expected } = JSON.parse(process.argv[2]);
const plugin = join(import.meta.dirname, '../../build');
const { runCached } = await import(`${plugin}/steps/run-cached.js`);
const { quantizeStep } = await import(`${plugin}/steps/quantize/quantize.js`);
const { findBlob } = await import(`${plugin}/store/blobs.js`);
const { noRemotes } = await import(`${plugin}/remote/create-remotes.js`);
const { openStore } = await import(`${plugin}/store/store.js`);
const { runTool } = await import(`${plugin}/toolchain/run-tool.js`);
const store = await openStore(root);
const step = quantizeStep({ name, settings, rules, expected, model, imatrix, toolchain: { build: 'lab' } });
const { manifest } = await runCached(
  step,
  {
    store,
    remotes: noRemotes(store),
    runTool,
    report: () => {},
    threads: undefined,
    signal: undefined,
    tools: { llama: async () => tool },
    resolve: (file) => findBlob(store, file),
  },
  true,
);
console.log(JSON.stringify(manifest.files));
