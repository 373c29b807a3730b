import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import { manifestOf, manifestText } from '../testing/manifests.js';
import { nxArchive, startTestServer, type Reply, type TestServer } from '../testing/running-server.js';

const tus = { 'tus-resumable': '1.0.0' };
const announce = (server: TestServer, text: string, token: string): Promise<Reply> =>
  server.send('POST', '/uploads', {
    token,
    headers: {
      ...tus,
      'upload-length': text.length,
      'upload-metadata': `sha256 ${Buffer.from(sha256(text)).toString('base64')}`,
    },
  });

describe('DELETE /namespaces/<name>', () => {
  it('forgets a namespace that has unfinished uploads and nothing else, once', async () => {
    const server = await startTestServer();
    const pull = await server.token({ namespace: 'pr-1' });
    const admin = await server.token({ scopes: ['admin'] });
    const remove = async (): Promise<number> =>
      (await server.send('DELETE', '/namespaces/pr-1', { token: admin })).status;
    expect(await remove()).toBe(404);
    const location = (await announce(server, 'never', pull)).headers.location ?? '';
    expect([await remove(), await remove()]).toEqual([204, 404]);
    expect((await server.send('HEAD', location, { token: pull, headers: tus })).status).toBe(404);
    expect(readdirSync(join(server.directory, 'uploads'))).toEqual([]);
    expect(server.server.service.cache.space.reservedBytes()).toBe(0);
  });

  it('while others write, read and remove in it leaves every answer one of success or of the sender’s doing', async () => {
    const server = await startTestServer();
    const pull = await server.token({ namespace: 'pr-1' });
    const admin = await server.token({ scopes: ['admin'] });
    const failed: string[] = [];
    const send = async (
      ...[method, path, options]: Parameters<TestServer['send']>
    ): Promise<Reply | null> => {
      const reply = await server.send(method, path, { token: pull, ...options }).catch(() => null);
      if (reply !== null && reply.status >= 500) failed.push(`${method} ${path} ${reply.status}`);
      return reply;
    };
    const client = async (seed: number): Promise<void> => {
      for (let turn = 0; turn < 4; turn++) {
        const text = `content ${(seed + turn) % 4}`;
        const action = manifestOf({ text });
        await Promise.all([
          send('PUT', `/cas/${sha256(text)}`, { body: text }),
          send('PUT', `/ac/${action.actionKey}`, { body: manifestText(action) }),
          send('PUT', `/v1/cache/${seed}-${turn}`, { body: await nxArchive({ text }) }),
          send('GET', `/cas/${sha256(text)}`),
          send('GET', `/ac/${action.actionKey}`),
          send('DELETE', '/namespaces/pr-1', { token: admin }),
        ]);
        const uploaded = `uploaded ${seed} ${turn}`;
        const location = (await announce(server, uploaded, pull)).headers.location;
        if (location === undefined) continue;
        await Promise.all([
          send('PATCH', location, {
            body: uploaded,
            headers: { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': 0 },
          }),
          send('DELETE', turn % 2 === 0 ? '/namespaces/pr-1' : location, {
            token: turn % 2 === 0 ? admin : pull,
            headers: tus,
          }),
        ]);
      }
    };
    await Promise.all([0, 1, 2].map(client));
    expect(failed).toEqual([]);
    expect([204, 404]).toContain((await server.send('DELETE', '/namespaces/pr-1', { token: admin })).status);
    expect((await server.send('DELETE', '/namespaces/pr-1', { token: admin })).status).toBe(404);
    expect(readdirSync(join(server.directory, 'spaces'))).toEqual([]);
    expect([...server.server.service.cache.holdings.byNamespace().keys()]).toEqual([]);
    expect(server.server.service.cache.space.reservedBytes()).toBe(0);
  });
});
