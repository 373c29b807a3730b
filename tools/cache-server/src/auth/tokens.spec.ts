import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import { runCommand } from '../cli/command.js';
import { startTestServer, temporaryDirectory, type TestServer } from '../testing/running-server.js';

const path = `/cas/${sha256('nothing')}`;
const statusWith = async (server: TestServer, token: string | null): Promise<number> =>
  (await server.send('GET', path, { token })).status;

async function command(directory: string, ...argv: string[]): Promise<string[]> {
  const lines: string[] = [];
  await runCommand([...argv, '--directory', directory], {
    env: {},
    cwd: directory,
    print: (line) => void lines.push(line),
    isTerminal: true,
    nowMs: Date.now,
    stopped: Promise.resolve(),
    logTo: process.stderr,
  });
  return lines;
}

describe('tokens', () => {
  it('come and go without a restart', async () => {
    const server = await startTestServer();
    const [token = ''] = await command(
      server.directory,
      'token',
      'create',
      '--scope',
      'read,write',
      '--namespace',
      'pr-7',
      '--note',
      'runner 7',
    );
    expect(await statusWith(server, token)).toBe(404);
    const id = token.split('_')[1] ?? '';
    expect(await command(server.directory, 'token', 'list')).toContainEqual(
      `${id}  read,write  pr-7  never expires  runner 7`,
    );
    await command(server.directory, 'token', 'revoke', id);
    expect(await statusWith(server, token)).toBe(401);
    await expect(command(server.directory, 'token', 'revoke', id)).rejects.toMatchObject({
      code: 'UNKNOWN_TOKEN',
    });
  });

  it('have limits of their own', async () => {
    const server = await startTestServer();
    const [token = ''] = await command(
      server.directory,
      'token',
      'create',
      '--scope',
      'read,write',
      '--namespace',
      'pr-7',
      '--requests-per-minute',
      '4',
      '--max-blob-bytes',
      '3',
      '--upload-bytes-per-hour',
      '5',
    );
    const put = async (body: string): Promise<number> =>
      (await server.send('PUT', `/cas/${sha256(body)}`, { token, body })).status;
    expect([
      await put('1234'),
      await put('123'),
      await put('456'),
      await statusWith(server, token),
      await statusWith(server, token),
    ]).toEqual([413, 201, 429, 404, 429]);
    await expect(
      command(server.directory, 'token', 'create', '--requests-per-minute', 'many'),
    ).rejects.toMatchObject({ code: 'BAD_OPTIONS' });
  });

  it('are kept as digests, in a file that others cannot read, and stand in no log', async () => {
    const server = await startTestServer();
    const token = await server.token();
    const secret = token.split('_').slice(2).join('_');
    await statusWith(server, token);
    await statusWith(server, `${token.slice(0, -1)}~`);
    const file = join(server.directory, 'tokens.json');
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(server.log.join('')).not.toContain(secret);
    expect(server.log.join('')).toContain(token.split('_')[1]);
  });

  it('expire', async () => {
    let now = Date.now();
    const server = await startTestServer({}, { now: () => now });
    const token = await server.token({ expires: new Date(now + 1000).toISOString() });
    expect(await statusWith(server, token)).toBe(404);
    now += 1000;
    expect(await statusWith(server, token)).toBe(401);
  });

  it('of a file that somebody broke stay as they were', async () => {
    const server = await startTestServer();
    const token = await server.token();
    expect(await statusWith(server, token)).toBe(404);
    writeFileSync(join(server.directory, 'tokens.json'), '{"format":1,"tokens":[{"id":"x"}]}');
    expect(await statusWith(server, token)).toBe(404);
    expect(server.log.join('')).toContain('those from before stay');
  });

  it('are asked for, unless everybody may read what is trusted; nobody writes without one', async () => {
    const closed = await startTestServer();
    const open = await startTestServer({ anonymous: 'read' });
    const pull = await open.token({ namespace: 'pr-1' });
    await open.send('PUT', `/cas/${sha256('own')}`, { body: 'own', token: pull });
    await open.send('PUT', `/cas/${sha256('all')}`, { body: 'all' });
    expect(await statusWith(closed, null)).toBe(401);
    expect((await open.send('GET', `/cas/${sha256('all')}`, { token: null })).body.toString()).toBe('all');
    expect((await open.send('GET', `/cas/${sha256('own')}`, { token: null })).status).toBe(404);
    expect((await open.send('PUT', `/cas/${sha256('all')}`, { token: null, body: 'all' })).status).toBe(403);
    expect(await statusWith(open, `nxg_00000000_${'A'.repeat(43)}`)).toBe(401);
  });

  it('have limits of requests, of bytes and of the size of a blob', async () => {
    const server = await startTestServer({ uploadBytesPerHour: 100 });
    const few = await server.token({ requestsPerMinute: 2 });
    expect([await statusWith(server, few), await statusWith(server, few)]).toEqual([404, 404]);
    const reply = await server.send('GET', path, { token: few });
    expect([reply.status, Number(reply.headers['retry-after']) > 0]).toEqual([429, true]);
    const put = async (body: string, token: string): Promise<unknown> =>
      (await server.send('PUT', `/cas/${sha256(body)}`, { body, token })).json()['error'];
    const small = await server.token();
    expect([await put('x'.repeat(90), small), await put('x'.repeat(20), small)]).toEqual([
      undefined,
      'TOO_MANY_BYTES',
    ]);
    const narrow = await server.token({ maxBlobBytes: 10 });
    expect([await put('x'.repeat(10), narrow), await put('x'.repeat(11), narrow)]).toEqual([
      undefined,
      'BLOB_TOO_LARGE',
    ]);
  });

  it.each([
    [['token', 'create', '--scope', 'root'], 'BAD_OPTIONS'],
    [['token', 'create', '--namespace', '../x'], 'BAD_OPTIONS'],
    [['token', 'create', '--days', 'soon'], 'BAD_OPTIONS'],
    [['token', 'destroy'], 'UNKNOWN_COMMAND'],
    [['token', 'revoke'], 'UNKNOWN_COMMAND'],
    [['serv'], 'UNKNOWN_COMMAND'],
    [['--port', 'x'], 'BAD_CONFIG'],
    [['--anonymous', 'write'], 'BAD_CONFIG'],
    [['--nonsense'], 'BAD_OPTIONS'],
    [['--config', 'absent.json'], 'BAD_CONFIG'],
  ])('%j is a mistake that is told: %s', async (argv, code) => {
    await expect(command(temporaryDirectory(), ...argv)).rejects.toMatchObject({ code });
  });
});
