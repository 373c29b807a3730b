// Performs one action after the other until it is killed, or each once: `adopt-until-killed.mjs <sources>
// <store> <actions> <first> [once]`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [sources, store, count, first, once] = process.argv.slice(2);
const { storeLayout } = await import(`${sources}/store/layout.js`);
const { withWorkDir } = await import(`${sources}/store/work-dir.js`);
const { adoptFile } = await import(`${sources}/store/blobs.js`);
const { findAction, putAction } = await import(`${sources}/store/actions.js`);
const { sha256 } = await import(`${sources}/core/digest.js`);
const layout = storeLayout(store);
console.log('ready');
for (let turn = 0; once === undefined || turn < Number(count); turn++) {
  const index = (Number(first) + turn * 7) % Number(count);
  const key = sha256(`action ${index}`);
  await withWorkDir(layout, key, {
    work: async (directory) => {
      if ((await findAction(layout, key)) !== null) return;
      const files = [];
      for (const name of ['a', 'b']) {
        const path = join(directory, name);
        writeFileSync(path, `${name} of ${index}\n`.repeat(5000));
        files.push({ name, ...(await adoptFile(layout, path)) });
      }
      await putAction(layout, {
        format: 1,
        step: 'fetch',
        actionKey: key,
        files,
        facts: {},
        provenance: { inputs: [], toolchain: null, commands: [] },
      });
    },
  });
}
