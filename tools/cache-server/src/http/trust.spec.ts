import { sha256, type Manifest } from 'nx-gguf/store';
import { manifestOf, manifestText } from '../testing/manifests.js';
import { nxArchive, startTestServer, type Reply, type TestServer } from '../testing/running-server.js';

let server: TestServer;
let pull: string;
let other: string;

const putBlob = (text: string, token?: string): Promise<Reply> =>
  server.send('PUT', `/cas/${sha256(text)}`, { body: text, ...(token === undefined ? {} : { token }) });
const putAction = (manifest: Manifest, token?: string): Promise<Reply> =>
  server.send('PUT', `/ac/${manifest.actionKey}`, {
    body: manifestText(manifest),
    ...(token === undefined ? {} : { token }),
  });
const getAction = async (manifest: Manifest, token?: string): Promise<string> =>
  (
    await server.send('GET', `/ac/${manifest.actionKey}`, token === undefined ? {} : { token })
  ).body.toString();
const statusOf = async (path: string, token?: string): Promise<number> =>
  (await server.send('GET', path, token === undefined ? {} : { token })).status;

beforeAll(async () => {
  server = await startTestServer();
  pull = await server.token({ namespace: 'pr-1' });
  other = await server.token({ namespace: 'pr-2' });
});

describe('a token of a pull request', () => {
  it('reads what is trusted', async () => {
    const manifest = manifestOf({ a: 'made on main' });
    await putBlob('made on main');
    await putAction(manifest);
    expect(await getAction(manifest, pull)).toBe(manifestText(manifest));
    expect(await statusOf(`/cas/${sha256('made on main')}`, pull)).toBe(200);
  });

  it('cannot overwrite what main has', async () => {
    const manifest = manifestOf({ a: 'made on main' });
    const forged = { ...manifest, files: manifestOf({ a: 'poison' }).files };
    await putBlob('poison', pull);
    expect((await putAction(forged, pull)).status).toBe(200);
    expect(await getAction(manifest)).toBe(manifestText(manifest));
    expect(await getAction(manifest, other)).toBe(manifestText(manifest));
    expect(await getAction(manifest, pull)).toBe(manifestText(forged));
  });

  it('cannot write ahead what main will ask for', async () => {
    const manifest = manifestOf({ a: 'not made yet' });
    const forged = { ...manifest, files: manifestOf({ a: 'poison' }).files };
    await putAction(forged, pull);
    expect(await statusOf(`/ac/${manifest.actionKey}`)).toBe(404);
    await putBlob('not made yet');
    await putAction(manifest);
    expect(await getAction(manifest)).toBe(manifestText(manifest));
  });

  it('cannot win a race with main', async () => {
    for (let round = 0; round < 20; round++) {
      const text = `race ${round}`;
      const manifest = manifestOf({ a: text });
      const forged = { ...manifest, files: manifestOf({ a: 'poison' }).files };
      await putBlob(text);
      await Promise.all([
        putAction(forged, pull),
        putAction(manifest),
        putAction(forged, other),
        putAction(forged, pull),
      ]);
      expect(await getAction(manifest)).toBe(manifestText(manifest));
    }
  });

  it('cannot replay an old manifest of main over a newer one', async () => {
    const old = manifestOf({ a: 'made on main' }, { facts: { turn: 1 } });
    const now = { ...old, facts: { turn: 2 } };
    await putAction(old);
    await putAction(now);
    expect((await putAction(old, pull)).status).toBe(200);
    expect(await getAction(old)).toBe(manifestText(now));
  });

  it('cannot put, overwrite or take ahead an entry of Nx that main reads', async () => {
    const good = await nxArchive({ 'dist/a.txt': 'good' });
    const bad = await nxArchive({ 'dist/a.txt': 'poison' });
    const get = async (hash: string, token?: string): Promise<Buffer | null> => {
      const reply = await server.send('GET', `/v1/cache/${hash}`, token === undefined ? {} : { token });
      return reply.status === 200 ? reply.body : null;
    };
    expect((await server.send('PUT', '/v1/cache/11', { body: bad, token: pull })).status).toBe(200);
    expect(await get('11')).toBeNull();
    expect(await get('11', other)).toBeNull();
    expect((await server.send('PUT', '/v1/cache/11', { body: good })).status).toBe(200);
    expect((await server.send('PUT', '/v1/cache/11', { body: bad })).status).toBe(409);
    expect([await get('11'), await get('11', other), await get('11', pull)]).toEqual([good, good, bad]);
  });

  it('cannot administer, and cannot choose another namespace', async () => {
    const manifest = manifestOf({ a: 'made on main' });
    expect((await server.send('DELETE', `/ac/${manifest.actionKey}`, { token: pull })).status).toBe(403);
    expect((await server.send('DELETE', '/namespaces/pr-2', { token: pull })).status).toBe(403);
    const poison = manifestOf({ b: 'poison' });
    await server.send('PUT', `/ac/${poison.actionKey}?namespace=trusted`, {
      body: manifestText(poison),
      token: pull,
      headers: { 'x-namespace': 'trusted' },
    });
    expect(await statusOf(`/ac/${poison.actionKey}`)).toBe(404);
  });
});

describe('blobs of a namespace', () => {
  it('are not told of to others, whose manifests cannot name them, until they send the bytes themselves', async () => {
    const secret = 'only the pull request has this';
    const path = `/cas/${sha256(secret)}`;
    const manifest = manifestOf({ a: secret });
    await putBlob(secret, pull);
    expect(await statusOf(path, pull)).toBe(200);
    expect([await statusOf(path), await statusOf(path, other)]).toEqual([404, 404]);
    expect((await putAction(manifest)).status).toBe(409);
    expect((await putBlob(secret, other)).status).toBe(201);
    expect([await statusOf(path), await statusOf(path, other)]).toEqual([404, 200]);
    expect((await putBlob(secret)).status).toBe(201);
    expect((await putAction(manifest)).status).toBe(200);
    expect(await getAction(manifest, other)).toBe(manifestText(manifest));
  });

  it('go with the namespace, but for what others hold too', async () => {
    const admin = await server.token({ scopes: ['read', 'admin'] });
    await putBlob('shared', pull);
    await putBlob('shared');
    await putBlob('own', pull);
    expect((await server.send('DELETE', '/namespaces/pr-1', { token: admin })).status).toBe(204);
    expect([
      await statusOf(`/cas/${sha256('shared')}`, pull),
      await statusOf(`/cas/${sha256('own')}`, pull),
    ]).toEqual([200, 404]);
    expect((await server.send('DELETE', '/namespaces/trusted', { token: admin })).status).toBe(403);
    expect((await server.send('DELETE', '/namespaces/pr-1', { token: admin })).status).toBe(404);
  });
});
