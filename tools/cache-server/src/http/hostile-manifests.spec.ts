import { gzipSync } from 'node:zlib';
import { sha256 } from 'nx-gguf/store';
import { manifestOf, manifestText } from '../testing/manifests.js';
import { nxArchive, startTestServer, type Reply, type TestServer } from '../testing/running-server.js';
import { paddedText, tarBlock } from '../testing/tar-blocks.js';

const key = sha256('action');
const nested = '['.repeat(1 << 18);
const crowded = `[${'{},'.repeat(1 << 18)}{}]`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});

/** Asks for `/health` until all of the requests are answered; how often it was answered before. */
async function healthDuring(requests: readonly Promise<Reply>[]): Promise<number> {
  const pending = new Set(requests);
  for (const request of requests) void request.finally(() => pending.delete(request));
  let answered = 0;
  while (pending.size > 0) {
    expect((await server.send('GET', '/health', { token: null })).status).toBe(200);
    if (pending.size > 0) answered++;
  }
  return answered;
}

describe('hostile manifests', () => {
  it.each([
    ['nested', nested, 'nested deeper'],
    ['nested in objects', '{"a":'.repeat(200_000), 'nested deeper'],
    ['nested where anything may be', `{"facts":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'nested deeper'],
    ['full of small objects', crowded, 'holds more than'],
  ])('that are %s are refused before they are parsed', async (_what, body, problem) => {
    const reply = await server.send('PUT', `/ac/${key}`, { body });
    expect([reply.status, reply.json()['error'], reply.json()['message']]).toEqual([
      422,
      'BAD_MANIFEST',
      expect.stringContaining(problem),
    ]);
  });

  it('in an entry of Nx have it refused', async () => {
    for (const text of [nested, crowded]) {
      const archive = await nxArchive({ 'artifact.json': text });
      expect((await server.send('PUT', '/v1/cache/1', { body: archive })).status).toBe(403);
    }
  });

  it('and archives leave turns to others: /health is answered while they are pending', async () => {
    const tokens = await Promise.all([1, 2, 3].map((pull) => server.token({ namespace: `pr-${pull}` })));
    const bomb = gzipSync(Buffer.alloc(16 << 20));
    const members = gzipSync(Buffer.alloc(5000 * 512, tarBlock({ name: 'x' })));
    const names = gzipSync(
      Buffer.concat(
        Array.from({ length: 300 }, () => [
          tarBlock({ name: 'long', type: 'L', size: (5000).toString(8) }),
          paddedText('n'.repeat(5000)),
        ]).flat(),
      ),
    );
    const attack = tokens.flatMap((token, sender) => [
      ...[1, 2].map(() => server.send('PUT', `/ac/${key}`, { token, body: nested })),
      ...[bomb, members, names].map((body, index) =>
        server.send('PUT', `/v1/cache/${sender}-${index}`, { token, body }),
      ),
    ]);
    expect(await healthDuring(attack)).toBeGreaterThan(5);
    const answers = (await Promise.all(attack)).map(({ status }) => status);
    expect(answers.filter((status) => ![422, 403, 200].includes(status))).toEqual([]);
  });

  it('of others keep no manifest of the trusted waiting', async () => {
    const { reading } = server.server.service.cache;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const held = ['pr-1', 'pr-2', 'pr-3'].map((name) => reading(name, 32 << 20, () => ended));
    const manifest = manifestOf({});
    const put = { body: manifestText(manifest) };
    const pull = await server.token({ namespace: 'pr-4' });
    const waits = server.send('PUT', `/ac/${manifest.actionKey}`, { ...put, token: pull });
    expect((await server.send('PUT', `/ac/${manifest.actionKey}`, put)).status).toBe(200);
    expect((await server.send('GET', `/ac/${manifest.actionKey}`)).status).toBe(200);
    end();
    expect((await waits).status).toBe(200);
    await Promise.all(held);
  });
});

it('a large manifest is sent as it was put, from the disk', async () => {
  const manifest = manifestOf({}, { facts: { padding: 'x'.repeat(300_000) } });
  const path = `/ac/${manifest.actionKey}`;
  expect((await server.send('PUT', path, { body: manifestText(manifest) })).status).toBe(200);
  expect((await server.send('GET', path)).body.toString()).toBe(manifestText(manifest));
  const head = await server.send('HEAD', path);
  expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
    200,
    String(manifestText(manifest).length),
    0,
  ]);
});
