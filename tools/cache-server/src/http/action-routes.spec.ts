import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, type Manifest } from 'nx-gguf/store';
import { manifestOf, manifestText } from '../testing/manifests.js';
import { startTestServer, type TestServer } from '../testing/running-server.js';

const files = { 'model.gguf': 'weights', 'log/output.txt': 'printed' };
const manifest = manifestOf(files);
const path = `/ac/${manifest.actionKey}`;
let server: TestServer;

const put = (body: string, at = path) => server.send('PUT', at, { body });
const putBlob = (text: string) => server.send('PUT', `/cas/${sha256(text)}`, { body: text });

beforeAll(async () => {
  server = await startTestServer({ maxManifestBytes: 100_000 });
});

describe('/ac/<action key>', () => {
  it('takes a manifest only when every blob that it names is there, and answers the very bytes', async () => {
    const refused = await put(manifestText(manifest));
    expect([refused.status, refused.json()]).toEqual([
      409,
      expect.objectContaining({ error: 'BLOBS_MISSING', missing: Object.values(files).map(sha256).sort() }),
    ]);
    expect((await server.send('GET', path)).status).toBe(404);
    await putBlob(files['model.gguf']);
    expect((await put(manifestText(manifest))).json()).toMatchObject({
      missing: [sha256(files['log/output.txt'])],
    });
    await putBlob(files['log/output.txt']);
    expect((await put(manifestText(manifest))).status).toBe(200);
    const reply = await server.send('GET', path);
    expect([reply.status, reply.body.toString()]).toEqual([200, manifestText(manifest)]);
    expect((await server.send('HEAD', path)).headers['content-length']).toBe(String(reply.body.length));
  });

  it('answers nothing while a blob is gone, and again when it came back', async () => {
    const digest = sha256(files['model.gguf']);
    rmSync(join(server.directory, 'blobs', digest.slice(0, 2), digest));
    expect((await server.send('GET', path)).status).toBe(404);
    await putBlob(files['model.gguf']);
    expect((await server.send('GET', path)).status).toBe(200);
  });

  it('takes another manifest in its place, and keeps the old one when the other is refused', async () => {
    const other = manifestOf(files, { facts: { count: 2 } });
    expect((await put(manifestText(other))).status).toBe(200);
    expect(
      (await put(manifestText(manifestOf({ ...files, more: 'x' }, { actionKey: manifest.actionKey }))))
        .status,
    ).toBe(409);
    expect((await server.send('GET', path)).body.toString()).toBe(manifestText(other));
  });

  it('forgets one for whoever may administer', async () => {
    const admin = await server.token({ scopes: ['read', 'write', 'admin'] });
    expect((await server.send('DELETE', path)).status).toBe(403);
    expect((await server.send('DELETE', path, { token: admin })).status).toBe(204);
    expect((await server.send('DELETE', path, { token: admin })).status).toBe(404);
    expect((await server.send('GET', path)).status).toBe(404);
  });
});

describe('a hostile manifest', () => {
  const named = (name: string): Manifest => ({
    ...manifest,
    files: [{ name, sha256: sha256('weights'), sizeBytes: 7 }],
  });
  const many = Array.from({ length: 1500 }, (_, index) => ({
    name: `f${index}`,
    sha256: sha256(String(index)),
    sizeBytes: 1,
  }));

  it.each([
    ['leaves its directory', named('../model.gguf')],
    ['leaves it in the middle', named('a/../../b')],
    ['is absolute', named('/etc/passwd')],
    ['is absolute on Windows', named('C:/model.gguf')],
    ['goes back by backslash', named('..\\model.gguf')],
    ['has a name of nothing', named('')],
    ['has a segment of nothing', named('a//b')],
    ['has a control character', named('a\nb')],
    ['has no end', named('a'.repeat(1025))],
    ['names a file twice', { ...manifest, files: [...named('a').files, ...named('a').files] }],
    [
      'gives a blob two sizes',
      { ...manifest, files: [...named('a').files, { name: 'b', sha256: sha256('weights'), sizeBytes: 8 }] },
    ],
    [
      'has a digest that is none',
      { ...manifest, files: [{ name: 'a', sha256: '../../tokens', sizeBytes: 1 }] },
    ],
    [
      'has a negative size',
      { ...manifest, files: [{ name: 'a', sha256: sha256('weights'), sizeBytes: -1 }] },
    ],
    [
      'has a size beyond what numbers can tell',
      { ...manifest, files: [{ name: 'a', sha256: sha256('weights'), sizeBytes: 2 ** 60 }] },
    ],
    ['is of another action', { ...manifest, actionKey: '0'.repeat(64) }],
    ['is of another format', { ...manifest, format: 2 }],
    ['has more in it', { ...manifest, link: '/etc' }],
    ['is no object', []],
  ])('that %s is refused', async (_what, value) => {
    const reply = await put(JSON.stringify(value));
    expect([reply.status, reply.json()['error']]).toEqual([422, 'BAD_MANIFEST']);
  });

  it('with the wrong size of a blob is refused as one whose blob is missing', async () => {
    await putBlob('weights');
    expect(
      (
        await put(
          manifestText({ ...manifest, files: [{ name: 'a', sha256: sha256('weights'), sizeBytes: 8 }] }),
        )
      ).json(),
    ).toMatchObject({ error: 'BLOBS_MISSING', missing: [sha256('weights')] });
  });

  it('that is no JSON, or too large, or names blobs without number, is refused', async () => {
    expect((await put('{"format":1,')).json()).toMatchObject({ error: 'BAD_MANIFEST' });
    expect((await put(manifestText({ ...manifest, files: many }))).json()).toMatchObject({
      error: 'BODY_TOO_LARGE',
    });
    expect(
      (await put(`{"format":1,"files":${'['.repeat(40_000)}${']'.repeat(40_000)}}`)).json(),
    ).toMatchObject({ error: 'BAD_MANIFEST' });
  });
});
