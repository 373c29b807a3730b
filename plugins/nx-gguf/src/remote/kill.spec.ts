import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isSha256, sha256 } from '../core/digest.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { seededRandom } from '../core/seeded-random.js';
import type { StoreLayout } from '../store/layout.js';
import { collectGarbage } from '../store/gc.js';
import { otherProcess } from '../store/testing/other-process.js';
import { age, leftovers, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { verifyStore } from '../store/verify.js';
import { startLoopbackCache, type LoopbackCache } from './testing/loopback-cache.js';

const rounds = 5;
const actions = 3;
const program = '../../remote/testing/share-until-killed';

/** What a remote holds: files by their path in it. */
type Contents = () => Map<string, Buffer>;

/** Ten seconds pass for those who held a lock when they were killed. */
function expireLocks(layout: StoreLayout): void {
  for (const name of readdirSync(layout.root, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.lock') && existsSync(join(layout.root, name))) age(join(layout.root, name), 11_000);
}

/** Fails for a blob that is not what its name says, and for a manifest whose blobs are not there. */
function requireWhole(contents: Contents): void {
  const files = contents();
  for (const [path, bytes] of files) {
    const name = path.split('/').at(-1) ?? '';
    if (/(^|\/)cas\//.test(path) && isSha256(name)) expect(sha256(bytes)).toBe(name);
    if (!/(^|\/)ac\//.test(path) || path.endsWith('.tmp')) continue;
    for (const file of (JSON.parse(bytes.toString()) as Manifest).files)
      expect([...files.keys()].some((other) => other.endsWith(file.sha256))).toBe(true);
  }
}

/**
 * Kills processes of two machines again and again; then each is run to its end, and has what it has to have.
 */
async function campaign(remote: string, contents: Contents): Promise<void> {
  const random = seededRandom(6);
  const stores = [temporaryStore(), temporaryStore()];
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      stores.map(async ({ root }, index) => {
        const child = otherProcess(program, root, remote, String(actions), String(round * 2 + index));
        await child.line();
        await new Promise((resolve) => setTimeout(resolve, random() * 400));
        await child.kill();
      }),
    );
    requireWhole(contents);
    for (const store of stores) {
      expireLocks(store);
      expect(await verifyStore(store, { repair: false })).toMatchObject({
        damagedBlobs: [],
        damagedActions: [],
      });
    }
  }
  for (const store of stores)
    await expect(otherProcess(program, store.root, remote, String(actions), '0', 'once').ended).resolves.toBe(
      0,
    );
  requireWhole(contents);
  // A third machine makes nothing itself, and nothing is left behind.
  const fresh = temporaryStore();
  const child = otherProcess(program, fresh.root, remote, String(actions), '0', 'once');
  await child.line();
  await expect(child.line()).resolves.toBe('runs 0');
  for (const store of [...stores, fresh]) {
    // Of one that was killed when its result was known already, gc removes the directory; a lock that nobody
    // holds is taken over.
    expireLocks(store);
    await collectGarbage(store, { keep: [], usedSinceMs: 0, dryRun: false, nowMs: Date.now() });
    expect(leftovers(store).filter((name) => !name.endsWith('.lock'))).toEqual([]);
    expect(await verifyStore(store, { repair: false })).toMatchObject({
      blobs: 2 * actions,
      actions,
      damagedBlobs: [],
    });
  }
}

describe('kill -9 of those who share a remote, at any moment', () => {
  it('leaves nothing half-written in a shared directory, and the next run is right', async () => {
    const directory = temporaryDirectory();
    const contents = (): Map<string, Buffer> =>
      new Map(
        readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => {
            const path = join(entry.parentPath, entry.name);
            return [path.slice(directory.length).replace(/\.json$/, ''), readFileSync(path)];
          }),
      );
    await campaign(`file://${directory}`, contents);
  }, 120_000);

  describe('over HTTP', () => {
    let cache: LoopbackCache;
    beforeAll(async () => {
      cache = await startLoopbackCache();
    });
    afterAll(async () => {
      await cache.close();
    });

    it('leaves nothing half-written, and the next run is right', async () => {
      await campaign(cache.base, () => cache.files);
    }, 120_000);
  });
});
