import { linkSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesDirectory } from '../core/target.js';
import { outsideState } from '../files/file-state.js';
import type { RecipePorts } from '../recipe/ports.js';
import { quarantineBlob } from '../store/quarantine.js';
import { adopt, flipBit, put, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { mendPlaces } from './mend-places.js';

const name = 'tiny-Q6_K.gguf';

it('a link under dist/ to a blob that was damaged leads to the new one; what somebody put there is left', async () => {
  const [root, store] = [temporaryDirectory(), temporaryStore()];
  const file = { name, ...(await adopt(store, 'weights')) };
  const place = join(root, filesDirectory('tiny'), name);
  const edited = put(join(root, filesDirectory('tiny'), 'README.md'), 'EDITED');
  mkdirSync(dirname(place), { recursive: true });
  linkSync(store.blob(file.sha256), place);
  flipBit(place);
  const seen = await outsideState(place);
  if (seen !== null) await quarantineBlob(store, file.sha256, seen);
  const made: string[] = [];
  const results = {
    environment: {
      workspace: { root, projects: {} },
      store,
      env: {},
      report: () => undefined,
      signal: undefined,
    },
    transfer: {},
    resolve: async (wanted: { name: string }) => {
      made.push(wanted.name);
      await adopt(store, 'weights');
      return store.blob(file.sha256);
    },
  } satisfies Partial<RecipePorts>;
  const card = { file: { name: 'README.md', ...(await adopt(store, 'README')) } };
  await mendPlaces('tiny', [{ file }, card, { text: 'made here' }], results);
  expect(made).toEqual([name]);
  expect(readFileSync(place, 'utf8')).toBe('weights');
  expect(readFileSync(edited, 'utf8')).toBe('EDITED');
});
