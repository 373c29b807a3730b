// Adds one to the number in a file, several times, each time alone:
// `count-alone.mjs <sources> <lock> <file> <times>`.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [sources, lock, file, times] = process.argv.slice(2);
const { withLock } = await import(`${sources}/store/lock.js`);
console.log('ready');
for (let turn = 0; turn < Number(times); turn++) {
  await withLock(lock, async () => {
    const count = Number(readFileSync(file, 'utf8'));
    await setTimeout(20);
    writeFileSync(file, String(count + 1));
  });
}
