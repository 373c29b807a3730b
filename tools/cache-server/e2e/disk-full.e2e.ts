import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import { createToken, startServerProcess, type ServerProcess } from './support/server-process.js';

const small = mkdtempSync(join(tmpdir(), 'nx-gguf-full-'));
// Mounting takes root; elsewhere these tests are shown as skipped.
const canMount =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', small]).status === 0;

afterAll(() => {
  if (canMount) execFileSync('umount', ['-l', small]);
  rmSync(small, { recursive: true, force: true });
});

(canMount ? describe : describe.skip)('a server on a disk that is full', () => {
  const directory = join(small, 'server');
  const staged = (): string[] => readdirSync(join(directory, 'staging'));
  let server: ServerProcess;
  let token: string;

  const put = async (path: string, body: Buffer): Promise<[number, string]> => {
    const reply = await fetch(`${server.url}${path}`, {
      method: 'PUT',
      body: new Uint8Array(body),
      headers: { authorization: `Bearer ${token}` },
    });
    return [reply.status, await reply.text()];
  };
  const get = async (path: string): Promise<number> => {
    const reply = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (reply.ok) expect(`/cas/${sha256(Buffer.from(await reply.arrayBuffer()))}`).toBe(path);
    else await reply.arrayBuffer();
    return reply.status;
  };

  it('says so before it receives what cannot fit, keeps what it has, and goes on when there is room', async () => {
    server = await startServerProcess(directory, { maxBytes: 1 << 30 });
    token = await createToken(directory);
    const kept: Buffer[] = [];
    let refused: [number, string] | null = null;
    for (let turn = 0; turn < 12 && refused === null; turn++) {
      const body = randomBytes(8 << 20);
      const [status, text] = await put(`/cas/${sha256(body)}`, body);
      if (status === 201) kept.push(body);
      else refused = [status, text];
    }
    expect(kept.length).toBeGreaterThan(1);
    expect(refused).toEqual([507, expect.stringContaining('STORAGE_FULL')]);
    expect((await put('/v1/cache/1', randomBytes(8 << 20)))[0]).toBe(403);
    for (const body of kept) expect(await get(`/cas/${sha256(body)}`)).toBe(200);
    expect(staged()).toEqual([]);
    execFileSync('mount', ['-o', 'remount,size=96m', small]);
    const body = randomBytes(8 << 20);
    expect((await put(`/cas/${sha256(body)}`, body))[0]).toBe(201);
  }, 60_000);

  it('fails alike when others fill the disk while it receives', async () => {
    const body = randomBytes(8 << 20);
    const filler = join(small, 'filler');
    const answered = new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const sent = request({
        hostname,
        port,
        method: 'PUT',
        path: `/cas/${sha256(body)}`,
        headers: { authorization: `Bearer ${token}`, 'content-length': body.length },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.write(body.subarray(0, 1 << 20));
      const timer = setInterval(() => {
        if (staged().length === 0) return;
        clearInterval(timer);
        const { bavail, bsize } = statfsSync(small);
        writeFileSync(filler, Buffer.alloc(bavail * bsize - (1 << 20)));
        sent.end(body.subarray(1 << 20));
      }, 10);
    });
    expect(await answered).toBe(507);
    expect(staged()).toEqual([]);
    expect(await get(`/cas/${sha256(body)}`)).toBe(404);
    rmSync(filler);
    expect((await put(`/cas/${sha256(body)}`, body))[0]).toBe(201);
    expect(await get(`/cas/${sha256(body)}`)).toBe(200);
  }, 60_000);
});
