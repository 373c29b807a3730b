import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { tinyGguf } from '../gguf/testing/tiny-gguf.js';
import { adoptBytes, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { runNxGguf } from './nx-gguf-command.js';

const bytes = (value: number) =>
  tinyGguf({
    metadata: [['general.architecture', 'string', 'llama']],
    tensors: [{ name: 'a.weight', shape: [64], data: new Uint8Array(256).fill(value) }],
  });
const directory = temporaryDirectory();
const [one, same, other] = ['one.gguf', 'same.gguf', 'other.gguf'].map((name, index) => {
  writeFileSync(join(directory, name), bytes(index === 2 ? 2 : 1));
  return join(directory, name);
});
const store = temporaryStore();
let server: Server;
let origin = '';

beforeAll(async () => {
  await adoptBytes(store, bytes(1));
  server = createServer((request, response) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    const file = bytes(1);
    const part = file.subarray(Number(from), Number(to) + 1);
    response
      .writeHead(206, {
        'content-range': `bytes ${from ?? ''}-${Number(from) + part.length - 1}/${file.length}`,
        'content-length': part.length,
      })
      .end(part);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

async function run(...argv: readonly string[]): Promise<{ exitCode: number; output: string }> {
  const lines: string[] = [];
  const exitCode = await runNxGguf(argv, {
    env: { NX_GGUF_STORE: store.root, HOME: directory },
    nowMs: Date.now(),
    print: (text) => lines.push(text),
    report: () => undefined,
  });
  return { exitCode, output: lines.join('\n') };
}

describe('nx-gguf inspect and diff', () => {
  it.each([
    ['a path', () => one ?? ''],
    ['a URL', () => `${origin}/model.gguf`],
    ['a digest', () => sha256(bytes(1)).slice(0, 8)],
  ])('inspects a file named by %s', async (_, name) => {
    const { exitCode, output } = await run('inspect', name());
    expect(exitCode).toBe(0);
    expect(output).toMatch(/\| a\.weight +\| f32 +\| 64 /);
    const json: unknown = JSON.parse((await run('inspect', name(), '--json')).output);
    expect(json).toMatchObject({ architecture: 'llama', tensors: [{ name: 'a.weight', type: 'f32' }] });
  });

  it('tells equal files by exit code 0, and others by 1', async () => {
    expect(await run('diff', one ?? '', same ?? '')).toEqual({
      exitCode: 0,
      output: 'same: 1 tensors and all metadata',
    });
    expect(await run('diff', `${origin}/x`, sha256(bytes(1)).slice(0, 6))).toMatchObject({ exitCode: 0 });
    const { exitCode, output } = await run('diff', one ?? '', other ?? '');
    expect(exitCode).toBe(1);
    expect(output).toMatch(/a\.weight +\| 256 bytes +\| first at 0/);
    expect(JSON.parse((await run('diff', one ?? '', other ?? '', '--json')).output)).toMatchObject({
      tensors: [{ tensor: 'a.weight', kind: 'bytes', bytes: 256 }],
    });
  });

  it('explains itself', async () => {
    for (const argv of [
      ['inspect', '--help'],
      ['diff', '--help'],
      ['diff', 'a', '--help'],
    ])
      expect((await run(...argv)).output).toMatch(/nx-gguf inspect FILE \[--json\][\s\S]*nx-gguf diff A B/);
  });

  it.each([
    [['inspect'], 'BAD_OPTIONS'],
    [['inspect', 'a', 'b'], 'BAD_OPTIONS'],
    [['diff', 'a'], 'BAD_OPTIONS'],
    [['inspect', 'a', '--long'], 'BAD_OPTIONS'],
    [['inspect', '/nowhere.gguf'], 'FILE_MISSING'],
    [['inspect', 'abcdef012345'], 'FILE_MISSING'],
  ])('refuses %j with %s', async (argv, code) => {
    await expect(run(...argv)).rejects.toMatchObject({ code, hint: expect.any(String) as string });
  });
});
