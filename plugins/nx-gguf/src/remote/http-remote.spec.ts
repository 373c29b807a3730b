import { sha256 } from '../core/digest.js';
import { temporaryStore } from '../store/testing/temporary-store.js';
import { openHttp } from '../transport/http.js';
import { transferSettings } from '../transport/transfer-settings.js';
import { httpRemote } from './http-remote.js';
import { uploadNotes } from './open-remote.js';
import type { RemoteStore } from './remote-store.js';
import { bytesFrom, offered } from './testing/conformance.js';
import { startLoopbackCache, type LoopbackCache } from './testing/loopback-cache.js';

const { signal } = new AbortController();
const bytes = Buffer.from('some bytes');
const digest = sha256(bytes);
const token = 'secret-token';
let cache: LoopbackCache;
let elsewhere: LoopbackCache;
let remote: RemoteStore;

const connect = (secret: string): RemoteStore =>
  httpRemote({
    base: cache.base,
    token: secret,
    http: openHttp({ env: {}, settings: transferSettings({}, { stallMs: 2000 }) }),
    notes: uploadNotes(temporaryStore(), cache.base),
  });

beforeEach(async () => {
  [cache, elsewhere] = await Promise.all([startLoopbackCache(), startLoopbackCache()]);
  remote = connect(token);
});

afterEach(async () => {
  await remote.close();
  await Promise.all([cache.close(), elsewhere.close()]);
});

const operations: [string, () => Promise<unknown>][] = [
  ['hasBlob', () => remote.hasBlob(digest, signal)],
  ['readBlob', () => remote.readBlob(digest, 0, signal)],
  ['writeBlob', () => remote.writeBlob(offered(bytes), signal)],
  ['readAction', () => remote.readAction(digest, signal)],
  ['writeAction', () => remote.writeAction(digest, '{}', signal)],
];

describe('the token', () => {
  it.each(operations)('goes with %s, in a header', async (_, operation) => {
    await operation();
    expect(cache.seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${token}`]);
    expect(cache.seen[0]?.path).not.toContain(token);
  });

  it('with a colon goes as a user name and a password', async () => {
    const other = connect('user:pass:word');
    await other.hasBlob(digest, signal);
    await other.close();
    expect(cache.seen.map(({ authorization }) => authorization)).toEqual([
      `Basic ${Buffer.from('user:pass:word').toString('base64')}`,
    ]);
  });

  it('does not follow a redirect to another host', async () => {
    elsewhere.files.set('/file', bytes);
    cache.faults.push({ times: 1, status: 307, headers: { location: `${elsewhere.base}/file` } });
    expect(await bytesFrom(await remote.readBlob(digest, 0, signal), 0)).toEqual(bytes);
    expect(elsewhere.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('does not follow what is sent to another host', async () => {
    cache.faults.push({ times: 1, status: 307, headers: { location: `${elsewhere.base}/file` } });
    await remote.writeBlob(offered(bytes), signal);
    expect(elsewhere.files.get('/file')).toEqual(bytes);
    expect(elsewhere.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});

describe('an answer', () => {
  it.each([
    [400, 'rejected'],
    [401, 'refused'],
    [403, 'refused'],
    [405, 'refused'],
    [408, 'unavailable'],
    [413, 'rejected'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [507, 'refused'],
  ])('%i means that it is %s', async (status, kind) => {
    for (const [, operation] of operations) {
      cache.faults.push({ times: 1, status });
      await expect(operation()).rejects.toMatchObject({ name: 'RemoteFailure', kind });
    }
  });

  it('404 to something that is stored is a failure, not an absence', async () => {
    cache.faults.push({ times: 1, method: 'PUT', status: 404 });
    await expect(remote.writeBlob(offered(bytes), signal)).rejects.toMatchObject({ kind: 'rejected' });
  });

  it.each([409, 422])('%i to a manifest names the files that it lacks', async (status) => {
    cache.faults.push({ times: 1, status, body: JSON.stringify({ missing: [digest, 'nonsense'] }) });
    await expect(remote.writeAction(digest, '{}', signal)).rejects.toMatchObject({
      kind: 'incomplete',
      missing: [digest],
    });
  });

  it('that never ends is no manifest', async () => {
    cache.files.set(`/ac/${digest}`, Buffer.alloc((32 << 20) + 1, 0x20));
    await expect(remote.readAction(digest, signal)).rejects.toMatchObject({ kind: 'malformed' });
  });
});

describe('a part of a blob', () => {
  beforeEach(() => {
    cache.files.set(`/cas/${digest}`, bytes);
  });

  it('is asked for by range', async () => {
    expect(await bytesFrom(await remote.readBlob(digest, 5, signal), 5)).toEqual(bytes.subarray(5));
    expect(cache.seen[0]).toMatchObject({ range: 'bytes=5-', sentBytes: 5 });
  });

  it('begins at the start from a server that knows no ranges', async () => {
    cache.faults.push({ times: 1, ignoresRange: true });
    await expect(remote.readBlob(digest, 5, signal)).resolves.toMatchObject({ fromBytes: 0 });
  });

  it('begins at the start, with nothing, where the blob is shorter', async () => {
    const answer = await remote.readBlob(digest, 50, signal);
    expect(answer?.fromBytes).toBe(0);
    expect(await bytesFrom(answer, 0)).toHaveLength(0);
  });

  it('fails when the server does not say which it is', async () => {
    cache.faults.push({ times: 1, status: 206, headers: {}, body: 'bytes' });
    await expect(remote.readBlob(digest, 5, signal)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('fails when the connection breaks', async () => {
    cache.faults.push({ times: 1, breakAt: 3 });
    await expect(
      remote.readBlob(digest, 0, signal).then((answer) => bytesFrom(answer, 0)),
    ).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

it('nobody that listens is unavailable', async () => {
  await cache.close();
  for (const [, operation] of operations)
    await expect(operation()).rejects.toMatchObject({ kind: 'unavailable' });
  cache = await startLoopbackCache();
});
