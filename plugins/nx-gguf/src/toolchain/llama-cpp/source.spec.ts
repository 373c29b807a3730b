import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ensureSource, sourceIdentity } from './source.js';
import { testContext } from '../testing/context.js';
import { makeRepository } from '../testing/repository.js';

const nobody = '0'.repeat(40);

describe('a git source', () => {
  it('is checked out at its commit, without history, once', async () => {
    const context = await testContext({ source: { type: 'git', url: '.', commit: nobody } });
    const { directory, commit } = makeRepository(join(context.configDir, 'repository'), { 'a.txt': 'one' });
    context.config = { source: { type: 'git', url: directory, commit } };
    const first = await ensureSource(context);
    expect(first.identity).toEqual({ commit });
    expect(readdirSync(first.dir).sort()).toEqual(['a.txt', 'nx-gguf.json']);
    const before = context.ran.length;
    expect((await ensureSource(context)).dir).toBe(first.dir);
    expect(context.ran.length).toBe(before);
  });

  it('can be an older commit', async () => {
    const context = await testContext({ source: { type: 'git', url: '.', commit: nobody } });
    const { directory, commit, git } = makeRepository(join(context.configDir, 'repository'), {
      'a.txt': 'one',
    });
    writeFileSync(join(directory, 'a.txt'), 'two');
    git('commit', '--quiet', '-am', 'second');
    context.config = { source: { type: 'git', url: directory, commit } };
    expect(readFileSync(join((await ensureSource(context)).dir, 'a.txt'), 'utf8')).toBe('one');
  });

  it('that lacks the commit is refused, and nothing stays behind', async () => {
    const context = await testContext({ source: { type: 'git', url: '.', commit: nobody } });
    const { directory } = makeRepository(join(context.configDir, 'repository'), { 'a.txt': 'one' });
    context.config = { source: { type: 'git', url: directory, commit: nobody } };
    await expect(ensureSource(context)).rejects.toMatchObject({ code: 'TOOLCHAIN_COMMIT_MISMATCH' });
    expect(readdirSync(context.root).filter((name) => name.startsWith('source-'))).toEqual([]);
    expect(readdirSync(join(context.root, 'work'))).toEqual([]);
  });

  it.each(['fd::0', 'ext::sh -c touch% owned', '--upload-pack=touch owned', 'ftp://example.org/llama.cpp'])(
    'at %s is refused before git sees it',
    async (url) => {
      const context = await testContext({ source: { type: 'git', url, commit: nobody } });
      await expect(ensureSource(context)).rejects.toMatchObject({ code: 'GIT_ADDRESS_REFUSED' });
      expect(context.ran.filter(({ args }) => args.includes('fetch'))).toEqual([]);
    },
  );

  it('runs no filter of the user that its attributes name', async () => {
    const context = await testContext({ source: { type: 'git', url: '.', commit: nobody } });
    const home = join(context.configDir, 'home');
    mkdirSync(home);
    writeFileSync(join(home, '.gitconfig'), '[filter "mine"]\n\tsmudge = echo ran by\n\trequired = true\n');
    const { directory, commit } = makeRepository(join(context.configDir, 'repository'), {
      '.gitattributes': '*.txt filter=mine\n',
      'a.txt': 'one',
    });
    context.config = { source: { type: 'git', url: directory, commit } };
    const before = process.env['HOME'];
    process.env['HOME'] = home;
    try {
      expect(readFileSync(join((await ensureSource(context)).dir, 'a.txt'), 'utf8')).toBe('one');
    } finally {
      process.env['HOME'] = before;
    }
  });

  it('that is not there is refused', async () => {
    const context = await testContext({ source: { type: 'git', url: '/nowhere/at-all', commit: nobody } });
    await expect(ensureSource(context)).rejects.toMatchObject({ code: 'TOOLCHAIN_SOURCE_UNREACHABLE' });
  });
});

describe('a checkout', () => {
  it('is its commit while it is clean, and its exact tree when it is not', async () => {
    const context = await testContext({ source: { type: 'checkout', path: 'repository' } });
    const { directory, commit, git } = makeRepository(join(context.configDir, 'repository'), {
      'a.txt': 'one',
      '.gitignore': 'build/\n',
    });
    expect(await sourceIdentity(context)).toEqual({ commit });
    mkdirSync(join(directory, 'build'));
    writeFileSync(join(directory, 'build/x.o'), 'ignored');
    expect(await sourceIdentity(context)).toEqual({ commit });
    mkdirSync(join(directory, 'gguf-py/__pycache__'), { recursive: true });
    writeFileSync(join(directory, 'gguf-py/__pycache__/x.pyc'), 'compiled by the converter');
    expect(await sourceIdentity(context)).toEqual({ commit });
    rmSync(join(directory, 'gguf-py'), { recursive: true });
    writeFileSync(join(directory, 'new.txt'), 'untracked');
    const withNew = await sourceIdentity(context);
    expect(withNew).toMatchObject({ commit, tree: expect.stringMatching(/^[0-9a-f]{40}$/) as string });
    writeFileSync(join(directory, 'a.txt'), 'changed');
    expect(await sourceIdentity(context)).not.toEqual(withNew);
    expect(git('status', '--porcelain').split('\n').sort()).toEqual(
      [' M a.txt', '?? new.txt'].map((line) => line.trim()).sort(),
    );
  });

  it('has the identity of a git source of the same commit', async () => {
    const context = await testContext({ source: { type: 'checkout', path: 'repository' } });
    const { directory, commit } = makeRepository(join(context.configDir, 'repository'), { 'a.txt': 'one' });
    const clean = await sourceIdentity(context);
    expect(clean).toEqual(
      await sourceIdentity({ ...context, config: { source: { type: 'git', url: directory, commit } } }),
    );
  });

  it('that is no git repository is refused', async () => {
    const context = await testContext({ source: { type: 'checkout', path: 'nothing' } });
    await expect(sourceIdentity(context)).rejects.toMatchObject({ code: 'TOOLCHAIN_SOURCE_UNREADABLE' });
  });
});

describe('an npm source', () => {
  let server: Server;
  let tarball: Buffer;
  let commit: string;
  let registry: string;

  // A registry over loopback that serves one package, the way npm's protocol has it.
  beforeAll(async () => {
    const { configDir } = await testContext({ source: { type: 'checkout', path: '.' } });
    const repository = makeRepository(join(configDir, 'repository'), {
      'convert_hf_to_gguf.py': 'print()\n',
    });
    ({ commit } = repository);
    const directory = join(configDir, 'package');
    mkdirSync(join(directory, 'llama'), { recursive: true });
    repository.git('bundle', 'create', '--quiet', join(directory, 'llama/release.bundle'), 'HEAD');
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'carrier', version: '1.2.3' }));
    execFileSync('npm', ['pack', '--silent', directory], { cwd: configDir, stdio: 'ignore' });
    tarball = readFileSync(join(configDir, 'carrier-1.2.3.tgz'));
    server = createServer((request, response) => {
      if (request.url?.endsWith('.tgz') === true) return void response.end(tarball);
      if (request.url !== '/carrier') return void response.writeHead(404).end('{}');
      const dist = {
        tarball: `${registry}carrier/-/carrier-1.2.3.tgz`,
        shasum: createHash('sha1').update(tarball).digest('hex'),
      };
      response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          name: 'carrier',
          'dist-tags': { latest: '1.2.3' },
          versions: { '1.2.3': { name: 'carrier', version: '1.2.3', dist } },
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    process.env['npm_config_registry'] = registry;
  });

  afterAll(() => {
    delete process.env['npm_config_registry'];
    server.close();
  });

  const source = (changes: object = {}) => ({
    type: 'npm' as const,
    name: 'carrier',
    version: '1.2.3',
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    bundle: 'llama/release.bundle',
    commit,
    ...changes,
  });

  it('is verified and extracted', async () => {
    const context = await testContext({ source: source() });
    const { dir, identity } = await ensureSource(context);
    expect(identity).toEqual({ commit });
    expect(readdirSync(dir).sort()).toEqual(['convert_hf_to_gguf.py', 'nx-gguf.json']);
  });

  it.each([
    ['another sha512', { integrity: `sha512-${'A'.repeat(86)}==` }, 'TOOLCHAIN_INTEGRITY'],
    ['another commit', { commit: nobody }, 'TOOLCHAIN_COMMIT_MISMATCH'],
    ['a bundle that is not in it', { bundle: 'llama/other.bundle' }, 'TOOLCHAIN_COMMIT_MISMATCH'],
    ['a version that is not published', { version: '9.9.9' }, 'TOOLCHAIN_SOURCE_UNREACHABLE'],
  ])('with %s is refused, and nothing stays behind', async (_, changes, code) => {
    const context = await testContext({ source: source(changes) });
    await expect(ensureSource(context)).rejects.toMatchObject({
      code: expect.stringMatching(new RegExp(`^(${code}|TOOLCHAIN_SOURCE_UNREADABLE)$`)) as string,
    });
    expect(existsSync(join(context.root, 'work')) ? readdirSync(join(context.root, 'work')) : []).toEqual([]);
  });
});
