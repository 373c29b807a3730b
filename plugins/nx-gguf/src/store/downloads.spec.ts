import { mkdtemp, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadsDirectory, removeOldDownloads } from './downloads.js';
import { storeLayout } from './layout.js';
import { withLock } from './lock.js';

it('removes old downloads that nobody works on', async () => {
  const root = await mkdtemp(join(tmpdir(), 'nx-gguf-downloads-'));
  const layout = storeLayout(root);
  const directory = downloadsDirectory(layout);
  await mkdir(join(directory, 'git-old'), { recursive: true });
  for (const name of ['old.part', 'busy.part', 'new.part']) await writeFile(join(directory, name), 'x');
  for (const name of ['old.part', 'busy.part', 'git-old']) await utimes(join(directory, name), 1, 1);
  const usedSinceMs = Date.now() - 60_000;
  await withLock(join(directory, 'busy.part'), async () => {
    expect(await removeOldDownloads(layout, { usedSinceMs, dryRun: true })).toBe(2);
    expect(await removeOldDownloads(layout, { usedSinceMs, dryRun: false })).toBe(2);
  });
  expect((await readdir(directory)).sort()).toEqual(['busy.part', 'new.part']);
  await rm(root, { recursive: true });
});
