import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { openRemote } from './open-remote.js';
import { remotePlace } from './remote-place.js';
import type { OfferedBlob } from './remote-store.js';
import { bytesFrom, itIsARemote, offered } from './testing/conformance.js';
import { startLoopbackCache, type LoopbackCache } from './testing/loopback-cache.js';
import { memoryRemote } from './testing/memory-remote.js';
import {
  cacheServer,
  nginx,
  s3Keys,
  startCacheServer,
  startNginx,
  startVersitygw,
  versitygw,
  type RealServer,
} from './testing/real-servers.js';

const open = (address: string, token: string | null = null) =>
  openRemote(remotePlace(address, 'the test'), { store: temporaryStore(), env: process.env, token });

describe('a remote in memory', () => {
  itIsARemote(() => Promise.resolve(memoryRemote()));
});

describe('a shared directory', () => {
  itIsARemote(() => open(`file://${join(temporaryDirectory(), 'not there yet')}`));
});

describe.each([
  ['a plain web server', false],
  ['a server with the rules of bazel-remote', true],
])('%s', (_, isStrict) => {
  let cache: LoopbackCache;
  beforeAll(async () => {
    cache = await startLoopbackCache({ isStrict });
  });
  afterAll(async () => {
    await cache.close();
  });
  itIsARemote(() => open(cache.base));
});

const skipped = (name: string): string =>
  `${name} (skipped: it is not here, and \`npm test\` brings it where it can)`;

(cacheServer === null ? describe.skip : describe)(
  cacheServer === null ? skipped('our own server') : 'our own server',
  () => {
    let server: Awaited<ReturnType<typeof startCacheServer>>;
    beforeAll(async () => {
      server = await startCacheServer(cacheServer ?? '');
    });
    afterAll(async () => {
      await server.close();
    });
    itIsARemote(() => open(server.base, server.token));

    it('goes on with an upload that was interrupted, also from another process', async () => {
      const bytes = randomBytes(30 << 20);
      const store = temporaryStore();
      const reopened = () =>
        openRemote(remotePlace(server.base, 'the test'), { store, env: {}, token: server.token });
      const { signal } = new AbortController();
      const whole = offered(bytes);
      const sent: number[] = [];
      const interrupted: OfferedBlob = {
        ...whole,
        read: async function* (from) {
          for await (const part of whole.read(from)) {
            if (sent.reduce((sum, length) => sum + length, 0) >= 20 << 20) throw new Error('interrupted');
            sent.push(part.length);
            yield part;
          }
        },
      };
      const first = await reopened();
      await expect(first.writeBlob(interrupted, signal)).rejects.toThrow('interrupted');
      await first.close();
      const second = await reopened();
      const from: number[] = [];
      await second.writeBlob(
        {
          ...whole,
          read: (at) => {
            from.push(at);
            return whole.read(at);
          },
        },
        signal,
      );
      expect(from).toEqual([expect.any(Number)]);
      expect(from[0]).toBeGreaterThan(10 << 20);
      expect((await bytesFrom(await second.readBlob(whole.sha256, 0, signal), 0))?.equals(bytes)).toBe(true);
      await second.close();
    });
  },
);

(nginx === null ? describe.skip : describe)(
  nginx === null ? skipped('nginx with DAV') : 'nginx with DAV',
  () => {
    let server: RealServer;
    beforeAll(async () => {
      server = await startNginx(nginx ?? '');
    });
    afterAll(async () => {
      await server.close();
    });
    itIsARemote(() => open(`${server.base}/team`));
  },
);

(versitygw === null ? describe.skip : describe)(
  versitygw === null ? skipped('an S3 server') : 'an S3 server',
  () => {
    let server: RealServer;
    beforeAll(async () => {
      server = await startVersitygw(versitygw ?? '', ['models']);
      Object.assign(process.env, s3Keys);
    });
    afterAll(async () => {
      for (const name of Object.keys(s3Keys)) Reflect.deleteProperty(process.env, name);
      await server.close();
    });
    itIsARemote(() => open(`s3://models/team/cache?endpoint=${server.base}`));
  },
);

// A real bucket, for those who have one: an address as in NX_GGUF_REMOTE, credentials where AWS's own tools
// look.
const bucket = process.env['NX_GGUF_TEST_S3'];
(bucket === undefined ? describe.skip : describe)('the bucket that NX_GGUF_TEST_S3 names', () => {
  itIsARemote(() => open(bucket ?? ''));
});
