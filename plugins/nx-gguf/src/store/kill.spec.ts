import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isSha256, sha256 } from '../core/digest.js';
import { seededRandom } from '../core/seeded-random.js';
import { findAction } from './actions.js';
import { findBlob } from './blobs.js';
import type { StoreLayout } from './layout.js';
import { ownerOf } from '../files/process-file-name.js';
import { otherProcess } from './testing/other-process.js';
import { age, leftovers, temporaryStore } from './testing/temporary-store.js';
import { listActions } from './usage.js';
import { verifyStore } from './verify.js';

const rounds = 7;
const processes = 3;
const actions = 60;

/** Ten seconds pass for those who held a lock when they were killed. */
function expireLocks(layout: StoreLayout): void {
  for (const name of leftovers(layout)) if (name.endsWith('.lock')) age(join(layout.root, name), 11_000);
}

/**
 * Names in the folder of the blobs that are neither blobs, nor their records, nor what a killed process left
 * under a name of its own.
 */
function strangersAmongBlobs(layout: StoreLayout): string[] {
  return (existsSync(layout.blobs) ? readdirSync(layout.blobs) : []).flatMap((shard) =>
    readdirSync(join(layout.blobs, shard)).filter((name) => {
      const [digest = '', json, owner, tmp, ...more] = name.split('.');
      if (!isSha256(digest) || !digest.startsWith(shard) || more.length > 0) return true;
      return (
        json !== undefined &&
        (json !== 'json' || (owner !== undefined && (ownerOf(owner) !== 'gone' || tmp !== 'tmp')))
      );
    }),
  );
}

async function killManyTimes(layout: StoreLayout): Promise<void> {
  const random = seededRandom(20);
  for (let round = 0; round < rounds; round++) {
    const running = Array.from({ length: processes }, (_, index) =>
      otherProcess('adopt-until-killed', layout.root, String(actions), String(round * processes + index)),
    );
    await Promise.all(
      running.map(async (child) => {
        await child.line();
        await new Promise((resolve) => setTimeout(resolve, random() * 60));
        await child.kill();
      }),
    );
    expireLocks(layout);
    expect(await verifyStore(layout, { repair: false })).toMatchObject({
      damagedBlobs: [],
      damagedActions: [],
    });
    expect(strangersAmongBlobs(layout)).toEqual([]);
    for await (const { digest } of listActions(layout)) {
      // An action that is known has its files.
      for (const file of (await findAction(layout, digest))?.files ?? [])
        expect(await findBlob(layout, file)).not.toBeNull();
    }
  }
}

describe('kill -9 at any moment of a store write', () => {
  it('publishes nothing half-written; a run afterwards has the right result and leaves nothing behind', async () => {
    const layout = temporaryStore();
    await killManyTimes(layout);
    expect(leftovers(layout)).not.toEqual([]);
    await expect(
      otherProcess('adopt-until-killed', layout.root, String(actions), '0', 'once').ended,
    ).resolves.toBe(0);
    expect(leftovers(layout)).toEqual([]);
    expect(await verifyStore(layout, { repair: false })).toMatchObject({
      blobs: 2 * actions,
      actions,
      damagedBlobs: [],
      damagedActions: [],
    });
    for (let index = 0; index < actions; index++) {
      const { files = [] } = (await findAction(layout, sha256(`action ${index}`))) ?? {};
      for (const file of files)
        expect(readFileSync((await findBlob(layout, file)) ?? '', 'utf8')).toBe(
          `${file.name} of ${index}\n`.repeat(5000),
        );
      expect(files).toHaveLength(2);
    }
  }, 30_000);
});
