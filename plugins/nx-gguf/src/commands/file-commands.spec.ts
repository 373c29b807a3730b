import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { pipe } from '../files/testing/odd-files.js';
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
    workspaceRoot: directory,
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
      output: 'same: 1 tensor and all metadata',
    });
    expect(await run('diff', `${origin}/x`, sha256(bytes(1)).slice(0, 6))).toMatchObject({ exitCode: 0 });
    const { exitCode, output } = await run('diff', one ?? '', other ?? '');
    expect(exitCode).toBe(1);
    expect(output).toMatch(/a\.weight +\| 256 bytes +\| first at 0/);
    expect(JSON.parse((await run('diff', one ?? '', other ?? '', '--json')).output)).toMatchObject({
      tensors: [{ tensor: 'a.weight', kind: 'bytes', bytes: 256 }],
    });
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

  it.each([
    ['an empty file', '', 'GGUF_TRUNCATED', 'the file is empty'],
    ['a cut one', 'GG', 'GGUF_TRUNCATED', 'the file ends at byte 2'],
    ['safetensors', '\x0a\0\0\0\0\0\0\0{"a":1}   ', 'GGUF_NOT_GGUF', 'the file is a safetensors file'],
    ['a zip', 'PK\x03\x04data.pkl', 'GGUF_NOT_GGUF', 'the file is a zip archive, as PyTorch'],
    ['an older format', 'tjgg\x03\0\0\0', 'GGUF_NOT_GGUF', 'the file is a model in a format that'],
    ['a page', '\n<!DOCTYPE html>', 'GGUF_NOT_GGUF', 'the file is a web page'],
    ['a manifest', '{ "step": "quantize" }', 'GGUF_NOT_GGUF', 'the file is JSON text'],
    [
      'a legacy matrix',
      '\x03\0\0\0\x13\0\0\0blk.0.attn_q.weight',
      'GGUF_NOT_GGUF',
      'the file is an importance matrix of the legacy format',
    ],
    ['nothing known', 'abcdefgh', 'GGUF_NOT_GGUF', "the file does not start with 'GGUF'"],
    [
      'an LFS pointer',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 123\n`,
      'LFS_POINTER',
      'the file is a pointer of Git LFS',
    ],
  ])('%s is told by its name and as what it is', async (...[, text, code, message]) => {
    const path = join(directory, 'given.gguf');
    writeFileSync(path, Buffer.from(text, 'latin1'));
    const expected = {
      code,
      message: expect.stringContaining(`${path}: ${message}`) as string,
      hint: expect.stringMatching(/\w/) as string,
    };
    await expect(run('inspect', path)).rejects.toMatchObject(expected);
    // Of two files, that which is wrong is named, once.
    await expect(run('diff', one ?? '', path)).rejects.toMatchObject(expected);
    await expect(run('diff', path, one ?? '')).rejects.toMatchObject({
      message: expect.not.stringContaining('one.gguf') as string,
    });
  });

  it.each(['inspect', 'diff'])('%s does not wait for a pipe, and reads no device', async (command) => {
    const place = mkdtempSync(join(directory, 'odd-'));
    pipe(join(place, 'pipe.gguf'));
    for (const path of [join(place, 'pipe.gguf'), '/dev/zero'])
      await expect(run(command, path, ...(command === 'diff' ? [path] : []))).rejects.toMatchObject({
        code: 'FILE_UNFIT',
      });
  });

  it('a directory is told as one, with the GGUFs in it', async () => {
    const full = mkdtempSync(join(directory, 'full-'));
    await expect(run('inspect', full)).rejects.toMatchObject({
      code: 'FILE_UNFIT',
      hint: expect.stringMatching(/^No GGUF lies in it/) as string,
    });
    writeFileSync(join(full, 'a.gguf'), '');
    await expect(run('inspect', full)).rejects.toMatchObject({
      message: `${full} is a directory, and a GGUF is needed`,
      hint: `Name a file of it: ${join(full, 'a.gguf')}.`,
    });
  });

  it('a name that no file has comes with the near one of its directory', async () => {
    await expect(run('inspect', join(directory, 'othr.gguf'))).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: `${join(directory, 'othr.gguf')}: no such file (did you mean 'other.gguf'?)`,
    });
    await expect(run('inspect', '')).rejects.toMatchObject({ message: 'an empty name stands for no file' });
    await expect(run('inspect', join(one ?? '', 'below.gguf'))).rejects.toMatchObject({
      code: 'FILE_UNFIT',
    });
  });

  it.each([['tiny:quantize:Q4_K_M'], ['Q4_K_M'], ['q4_k_m'], ['tiny']])(
    'the name %s of a target, a variant or a project comes with its file',
    async (name) => {
      mkdirSync(join(directory, 'dist/tiny'), { recursive: true });
      writeFileSync(join(directory, 'dist/tiny/Tiny-Q4_K_M.gguf'), '');
      await expect(run('inspect', name)).rejects.toMatchObject({
        code: 'FILE_MISSING',
        hint: expect.stringMatching(/name its file: .*dist\/tiny\/Tiny-Q4_K_M\.gguf\.$/) as string,
      });
    },
  );

  it('the name of a target that left no file comes with the command that makes it', async () => {
    await expect(run('inspect', 'other:quantize:Q6_K')).rejects.toMatchObject({
      hint: expect.stringContaining('`npx nx run other:quantize:Q6_K` makes its files') as string,
    });
  });
});
