// Makes or brings one artifact after the other and shares it, until it is killed, or each once:
// `share-until-killed.mjs <sources> <store> <remote> <actions> <first> [once]`. Each artifact has a small and
// a large file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [sources, root, remote, count, first, once] = process.argv.slice(2);
const { createRemotes } = await import(`${sources}/remote/create-remotes.js`);
const { runCached } = await import(`${sources}/steps/run-cached.js`);
const { openStore } = await import(`${sources}/store/store.js`);

/** The texts of an artifact's files; the tests know them too. */
const texts = (index) => ({
  small: `small ${index}\n`.repeat(5000),
  large: `large ${index}\n`.repeat(1_000_000),
});
const store = await openStore(root);
const report = (event) => {
  if (event.type === 'warning') console.error(event.message);
};
let runs = 0;
console.log('ready');
for (let turn = 0; once === undefined || turn < Number(count); turn++) {
  const remotes = createRemotes({
    store,
    env: { NX_GGUF_REMOTE: remote, NX_GGUF_REMOTE_TOKEN: process.env.NX_GGUF_REMOTE_TOKEN },
    run: `${process.pid}`,
    report,
    signal: undefined,
  });
  const index = (Number(first) + turn * 7) % Number(count);
  const step = {
    action: { step: 'fetch', version: 1, parameters: { index }, inputs: [], toolchain: null },
    run: async ({ directory }) => {
      runs++;
      const files = Object.entries(texts(index)).map(([name, text]) => ({
        name,
        path: join(directory, name),
        text,
      }));
      for (const { path, text } of files) writeFileSync(path, text);
      return { files: files.map(({ name, path }) => ({ name, path })), facts: { index }, commands: [] };
    },
  };
  await runCached(step, { store, remotes, report, signal: undefined, threads: undefined }, true);
  await remotes.finish();
}
console.log(`runs ${runs}`);
