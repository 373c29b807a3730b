// Works on an action until it gets SIGTERM, then finishes: `work-until-told.mjs <sources> <store> <key>`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [sources, store, key] = process.argv.slice(2);
const { storeLayout } = await import(`${sources}/store/layout.js`);
const { withWorkDir } = await import(`${sources}/store/work-dir.js`);
const told = new Promise((resolve) => process.once('SIGTERM', resolve));
const alive = setInterval(() => undefined, 1000);
await withWorkDir(storeLayout(store), key, {
  work: async (directory) => {
    writeFileSync(join(directory, 'half'), 'written');
    console.log(directory);
    await told;
    console.log(readFileSync(join(directory, 'half'), 'utf8'));
  },
});
clearInterval(alive);
