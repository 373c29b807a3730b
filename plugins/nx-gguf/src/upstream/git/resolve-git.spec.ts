import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '../../core/digest.js';
import { findBlob } from '../../store/blobs.js';
import { downloadsDirectory } from '../../store/downloads.js';
import { fetchFromGit, resolveGit } from './resolve-git.js';
import { testContext, type TestContext } from '../testing/context.js';
import { lfsPointer } from '../testing/hub-content.js';
import { gitFixture, hasGitLfs, type GitFixture } from '../testing/git-fixture.js';

let directory: string;
let context: TestContext;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nx-gguf-git-'));
  context = await testContext({ PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null' });
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
  await context.remove();
});

const stored = async (data: string | Buffer): Promise<boolean> => {
  const path = await findBlob(context.store, { sha256: sha256(data), sizeBytes: Buffer.byteLength(data) });
  return path !== null && (await readFile(path)).equals(Buffer.from(data));
};

describe('a git repository without LFS', () => {
  let fixture: GitFixture;
  let first: string;

  beforeEach(() => {
    fixture = gitFixture(directory, []);
    first = fixture.commit({
      'config.json': '{"a":1}\r\n',
      '.gitattributes': '*.json text eol=lf\n',
      'name with spaces, and ünicode.txt': 'x',
    });
    fixture.commit({ 'config.json': '{"a":2}\n' });
  });

  it('pins the newest commit, and brings its files', async () => {
    const source = { type: 'git', url: fixture.bare } as const;
    const locked = await resolveGit(source, { projectDir: directory }, context);
    expect(locked.files.map(({ path, sha256: digest }) => [path, digest])).toEqual([
      ['config.json', sha256('{"a":2}\n')],
      ['name with spaces, and ünicode.txt', sha256('x')],
    ]);
    await fetchFromGit(source, locked, { projectDir: directory, context });
    expect(await stored('{"a":2}\n')).toBe(true);
  });

  it('takes a local repository relative to the project, a branch, a tag and an older commit', async () => {
    fixture.git('tag', 'v1', first);
    fixture.git('push', '--quiet', 'origin', 'v1');
    for (const revision of ['v1', first])
      expect(
        (
          await resolveGit(
            { type: 'git', url: './bare repository.git', revision },
            { projectDir: directory },
            context,
          )
        ).commit,
      ).toBe(first);
    expect(
      (
        await resolveGit(
          { type: 'git', url: './bare repository.git', revision: 'main' },
          { projectDir: directory },
          context,
        )
      ).commit,
    ).not.toBe(first);
  });

  it('brings what an older lock pins, after the branch went on', async () => {
    const source = { type: 'git', url: fixture.bare, revision: first } as const;
    const locked = await resolveGit(source, { projectDir: directory }, context);
    rmSync(join(context.store.root, 'blobs'), { recursive: true });
    await fetchFromGit(source, locked, { projectDir: directory, context });
    // The bytes that git holds, not those that a checkout would write.
    expect(locked.files[0]?.sha256).toBe(sha256('{"a":1}\n'));
    expect(await stored('{"a":1}\n')).toBe(true);
  });

  it('leaves no work behind, and needs no git when the store has all', async () => {
    const source = { type: 'git', url: fixture.bare } as const;
    const locked = await resolveGit(source, { projectDir: directory }, context);
    rmSync(fixture.bare, { recursive: true });
    await fetchFromGit(source, locked, { projectDir: directory, context });
    expect(readdirSync(downloadsDirectory(context.store)).filter((name) => !name.endsWith('.lock'))).toEqual(
      [],
    );
  });

  it('gets over what a killed git left behind', async () => {
    const left = join(
      downloadsDirectory(context.store),
      `git-${sha256(pathToFileURL(fixture.bare).href).slice(0, 32)}`,
    );
    mkdirSync(left, { recursive: true });
    execFileSync('git', ['init', '--quiet', '--bare', left]);
    for (const name of ['shallow.lock', 'config.lock', 'HEAD.lock']) writeFileSync(join(left, name), '');
    expect(
      (await resolveGit({ type: 'git', url: fixture.bare }, { projectDir: directory }, context)).files,
    ).toHaveLength(2);
  });

  it.each([
    ['no repository', { url: './absent.git' }, /GIT_UNREACHABLE.*cannot get HEAD/],
    ['no such branch', { revision: 'absent' }, /GIT_UNREACHABLE.*cannot get absent/],
    ['a token in the address', { url: 'https://secret@example.org/x.git' }, /SOURCE_CREDENTIALS(?!.*secret)/],
    [
      'a password in the address',
      { url: 'https://me:secret@example.org/x.git' },
      /SOURCE_CREDENTIALS(?!.*secret)/,
    ],
    ['a transport that runs programs', { url: 'ext::sh -c touch% /tmp/owned' }, /GIT_ADDRESS_REFUSED/],
    ['a descriptor of this process', { url: 'fd::0' }, /GIT_ADDRESS_REFUSED/],
  ])('%s: a coded error', async (...[, ask, message]) => {
    expect(
      await told(resolveGit({ type: 'git', url: fixture.bare, ...ask }, { projectDir: directory }, context)),
    ).toMatch(message);
  });

  it('never takes a pointer of Git LFS for the file, with git-lfs or without it', async () => {
    const pointer = lfsPointer({ sha256: 'a'.repeat(64), sizeBytes: 3_554_214_752 });
    fixture.commit({ 'model.safetensors': pointer, 'imatrix.dat': pointer });
    const source = { type: 'git', url: fixture.bare } as const;
    const locked = await resolveGit(source, { projectDir: directory, use: { kind: 'checkpoint' } }, context);
    expect(locked.files.find(({ path }) => path === 'model.safetensors')).toMatchObject({
      sizeBytes: 3_554_214_752,
      sha256: 'a'.repeat(64),
    });
    expect(await told(fetchFromGit(source, locked, { projectDir: directory, context }))).toMatch(
      /GIT_LFS_MISSING.*git-lfs is not installed.*install git-lfs|GIT_FAILED.*in Git LFS.*does not give them|DISK_FULL/,
    );
    expect(await stored(pointer)).toBe(false);
  });

  it('refuses a pointer of a size that no file has', async () => {
    const pointer = lfsPointer({ sha256: 'a'.repeat(64), sizeBytes: 1e26 });
    fixture.commit({ 'config.json': '{}', 'model.safetensors': pointer });
    const source = { type: 'git', url: fixture.bare } as const;
    expect(
      await told(resolveGit(source, { projectDir: directory, use: { kind: 'checkpoint' } }, context)),
    ).toMatch(/UNSAFE_PATH.*"model\.safetensors" has no possible size/);
  });

  it('takes one set of the weights of a model', async () => {
    fixture.commit({ 'model.safetensors': 'w', 'pytorch_model.bin': 'p', 'original/x.pth': 'o' });
    const locked = await resolveGit(
      { type: 'git', url: fixture.bare },
      { projectDir: directory, use: { kind: 'checkpoint' } },
      context,
    );
    expect(locked.files.map(({ path }) => path).filter((path) => /model|pth/.test(path))).toEqual([
      'model.safetensors',
    ]);
    expect(locked.selection?.leftOut).toEqual(['original/**', 'pytorch_model.bin']);
    expect(await stored('p')).toBe(false);
  });

  it('refuses symbolic links', async () => {
    symlinkSync('/etc/passwd', join(directory, 'work/link'));
    fixture.commit({});
    expect(
      await told(resolveGit({ type: 'git', url: fixture.bare }, { projectDir: directory }, context)),
    ).toMatch(/UNSAFE_PATH.*"link".*symbolic link/);
  });

  it('notices a lock that the commit does not fit', async () => {
    const source = { type: 'git', url: fixture.bare } as const;
    const locked = await resolveGit(source, { projectDir: directory }, context);
    const other = { ...locked, files: [{ path: 'config.json', sizeBytes: 3, sha256: 'a'.repeat(64) }] };
    expect(await told(fetchFromGit(source, other, { projectDir: directory, context }))).toMatch(
      /DIGEST_MISMATCH.*config\.json/,
    );
  });
});

(hasGitLfs ? describe : describe.skip)(
  'a git repository with LFS (needs git-lfs, which is skipped when it is not installed)',
  () => {
    const weights = Buffer.alloc(700_000, 1);
    const other = Buffer.alloc(900_000, 2);
    let fixture: GitFixture;

    beforeEach(() => {
      fixture = gitFixture(directory, ['*.safetensors']);
      fixture.commit({
        'config.json': '{}\n',
        'model.safetensors': weights,
        'weird, [name]!.safetensors': Buffer.from('weird'),
        'unwanted/other.safetensors': other,
      });
    });

    it('pins from the pointers, and then brings the included objects only', async () => {
      const source = { type: 'git', url: fixture.bare, include: ['*'] } as const;
      const locked = await resolveGit(
        { ...source, include: [...source.include] },
        { projectDir: directory },
        context,
      );
      expect(locked.files.map(({ path, sizeBytes, sha256: digest }) => [path, sizeBytes, digest])).toEqual([
        ['config.json', 3, sha256('{}\n')],
        ['model.safetensors', 700_000, sha256(weights)],
        ['weird, [name]!.safetensors', 5, sha256('weird')],
      ]);
      expect([await stored('{}\n'), await stored(weights)]).toEqual([true, false]);
      rmSync(join(fixture.bare, 'lfs/objects', sha256(other).slice(0, 2)), { recursive: true });
      await fetchFromGit({ ...source, include: [...source.include] }, locked, {
        projectDir: directory,
        context,
      });
      expect([await stored(weights), await stored('weird'), await stored(other)]).toEqual([
        true,
        true,
        false,
      ]);
    });

    it('an object that is missing, or has other bytes, is a coded error, and nothing wrong is stored', async () => {
      const source = { type: 'git', url: fixture.bare, include: ['model.safetensors'] } satisfies Parameters<
        typeof resolveGit
      >[0];
      const locked = await resolveGit(source, { projectDir: directory }, context);
      const object = join(
        fixture.bare,
        'lfs/objects',
        sha256(weights).slice(0, 2),
        sha256(weights).slice(2, 4),
        sha256(weights),
      );
      expect(existsSync(object)).toBe(true);
      rmSync(object);
      writeFileSync(object, Buffer.alloc(700_000, 9));
      expect(await told(fetchFromGit(source, locked, { projectDir: directory, context }))).toMatch(
        /DIGEST_MISMATCH|GIT_FAILED/,
      );
      rmSync(object);
      expect(await told(fetchFromGit(source, locked, { projectDir: directory, context }))).toMatch(
        /DIGEST_MISMATCH|GIT_FAILED/,
      );
      expect(await stored(weights)).toBe(false);
    });
  },
);

async function told(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) =>
      `${(error as { code?: string }).code ?? 'none'}: ${(error as Error).message} ${(error as { hint?: string }).hint ?? ''}`,
  );
}

describe('a git server that is busy', () => {
  it('is asked again, and given up on after some attempts', async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests += 1;
      response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(
      resolveGit({ type: 'git', url: `http://127.0.0.1:${port}/x.git` }, { projectDir: directory }, context),
    ).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    server.close();
    expect(requests).toBe(4);
  });
});
