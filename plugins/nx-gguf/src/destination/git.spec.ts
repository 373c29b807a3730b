import { jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testContext, type TestContext } from '../upstream/testing/context.js';
import { gitFixture, hasGitLfs, type GitFixture } from '../upstream/testing/git-fixture.js';
import { gitDestination } from './git.js';
import { actionsOf, publishFiles, storedFiles, type TestFiles } from './testing/publish.js';

const identity = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};
const weights = Buffer.alloc(300_000, 3);

// Each test runs a server or git many times; a loaded machine takes its time.
jest.setTimeout(60_000);

let context: TestContext;
let files: TestFiles;
let fixture: GitFixture;
let root: string;

const suite = hasGitLfs ? describe : describe.skip;

suite('a real git repository with git-lfs', () => {
  beforeEach(async () => {
    context = await testContext({
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      ...identity,
    });
    root = join(context.store.root, '../git');
    mkdirSync(root);
    fixture = gitFixture(root, []);
    files = await storedFiles(context.store, {
      'README.md': '# model\n',
      'model-Q4_K_M.gguf': weights,
      'kld/Q4_K_M.json': '{}\n',
    });
  });

  afterEach(() => context.remove());

  const publish = (choices: Parameters<typeof publishFiles>[2] = {}, branch = 'main') =>
    publishFiles(
      files,
      (request) => gitDestination({ type: 'git', url: fixture.bare, branch }, root, { request, context }),
      choices,
    );
  const bare = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: fixture.bare,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();

  /** What somebody gets who clones it with git-lfs. */
  const cloned = (branch = 'main'): Record<string, Buffer> => {
    const directory = join(root, 'clone');
    rmSync(directory, { recursive: true, force: true });
    execFileSync(
      'git',
      [
        '-c',
        'filter.lfs.smudge=git-lfs smudge -- %f',
        '-c',
        'filter.lfs.process=git-lfs filter-process',
        '-c',
        'filter.lfs.required=true',
        'clone',
        '--quiet',
        '-b',
        branch,
        fixture.bare,
        directory,
      ],
      { env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } },
    );
    const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('/.git/'));
    return Object.fromEntries(paths.map((path) => [path.slice(directory.length + 1), readFileSync(path)]));
  };

  it('an empty one gets its first commit only when that is asked for', async () => {
    await expect(publish()).rejects.toMatchObject({ code: 'BRANCH_MISSING' });
    const { plan, made } = await publish({ create: true });
    expect(actionsOf(plan)).toEqual({
      '.gitattributes': 'add',
      'README.md': 'add',
      'kld/Q4_K_M.json': 'add',
      'model-Q4_K_M.gguf': 'add',
      'nx-gguf.json': 'add',
    });
    expect(made).toBe(`${fixture.bare} ${bare('rev-parse', 'main')}`);
    expect(bare('log', '-1', '--format=%B', 'main')).toBe('model: Q4_K_M with llama.cpp\n\n- Q4_K_M');
    const clone = cloned();
    expect(Object.keys(clone).sort()).toEqual([
      '.gitattributes',
      'README.md',
      'kld/Q4_K_M.json',
      'model-Q4_K_M.gguf',
      'nx-gguf.json',
    ]);
    expect(clone['model-Q4_K_M.gguf']).toEqual(weights);
    expect(bare('cat-file', '-s', 'main:model-Q4_K_M.gguf')).toBe('131');
  });

  it('the same results make no commit; others make one on top of what others did', async () => {
    fixture.commit({ 'notes.md': 'mine\n', 'docs/deep.md': 'mine too\n' });
    await publish();
    const published = bare('rev-parse', 'main');
    expect(actionsOf((await publish()).plan)).toEqual({});
    expect(bare('rev-parse', 'main')).toBe(published);
    files = await storedFiles(context.store, { 'README.md': '# better\n', 'model-Q4_K_M.gguf': weights });
    expect(actionsOf((await publish({ prune: true })).plan)).toEqual({
      'README.md': 'replace',
      'kld/Q4_K_M.json': 'delete',
      'nx-gguf.json': 'replace',
    });
    expect(bare('rev-parse', 'main^')).toBe(published);
    expect(Object.keys(cloned()).sort()).toEqual([
      '.gitattributes',
      'README.md',
      'docs/deep.md',
      'model-Q4_K_M.gguf',
      'notes.md',
      'nx-gguf.json',
    ]);
  });

  it('.gitattributes keeps its lines, and small files that it gives to LFS are in LFS', async () => {
    fixture.commit({ '.gitattributes': '*.json filter=lfs diff=lfs merge=lfs -text\n' });
    await publish();
    expect(bare('show', 'main:.gitattributes')).toBe(
      '*.json filter=lfs diff=lfs merge=lfs -text\n*.gguf filter=lfs diff=lfs merge=lfs -text\n/nx-gguf.json !filter !diff !merge',
    );
    expect(bare('show', 'main:kld/Q4_K_M.json')).toMatch(/^version https:\/\/git-lfs/);
    expect(cloned()['kld/Q4_K_M.json']?.toString()).toBe('{}\n');
    expect(actionsOf((await publish()).plan)).toEqual({});
  });

  it('a branch of its own', async () => {
    fixture.commit({ 'notes.md': 'mine\n' });
    await publish({ create: true }, 'gguf');
    expect(Object.keys(cloned('gguf')).sort()).not.toContain('notes.md');
    expect(bare('ls-tree', '--name-only', 'main')).toBe('notes.md');
  });

  it.each(['fd::0', '--receive-pack=x', 'ext::sh -c exit'])('an address like %s is refused', async (url) => {
    const to = { type: 'git', url } as const;
    const publishing = publishFiles(files, (request) => gitDestination(to, root, { request, context }));
    await expect(publishing).rejects.toMatchObject({ code: 'GIT_ADDRESS_REFUSED' });
  });

  it('a push of somebody else meanwhile is noticed, and nothing of it is lost', async () => {
    fixture.commit({ 'notes.md': 'mine\n' });
    const racing = publishFiles(
      files,
      (request) => async (work) =>
        gitDestination({ type: 'git', url: fixture.bare }, root, { request, context })(async (session) =>
          work({
            ...session,
            apply: (publication) => {
              fixture.commit({ 'notes.md': 'mine, newer\n' });
              return session.apply(publication);
            },
          }),
        ),
    );
    await expect(racing).rejects.toMatchObject({ code: 'DESTINATION_CHANGED' });
    await publish();
    expect(cloned()['notes.md']?.toString()).toBe('mine, newer\n');
  });

  it('a repository that refuses says why', async () => {
    fixture.commit({ 'notes.md': 'mine\n' });
    execFileSync(
      'sh',
      [
        '-c',
        'printf \'#!/bin/sh\\necho "no files today: connection refused by the scanner" >&2\\nexit 1\\n\' > hooks/pre-receive && chmod +x hooks/pre-receive',
      ],
      { cwd: fixture.bare },
    );
    await expect(publish()).rejects.toMatchObject({
      code: 'GIT_REFUSED',
      tail: expect.arrayContaining([expect.stringContaining('no files today')]) as unknown,
    });
  });

  it('a server that takes no objects of Git LFS gets no commit, and says why', async () => {
    fixture.commit({ 'notes.md': 'mine\n' });
    const before = bare('rev-parse', 'main');
    rmSync(join(fixture.bare, 'lfs'), { recursive: true, force: true });
    writeFileSync(join(fixture.bare, 'lfs'), 'no directory');
    await expect(publish()).rejects.toMatchObject({
      code: 'GIT_REFUSED',
      message: expect.stringContaining('Git LFS') as unknown,
      hint: expect.stringContaining('No commit was pushed') as unknown,
      tail: expect.arrayContaining([expect.stringContaining('not a directory')]) as unknown,
    });
    expect(bare('rev-parse', 'main')).toBe(before);
  });

  it('needs to know who commits, and a repository that is there', async () => {
    fixture.commit({ 'notes.md': 'mine\n' });
    context.env = {
      ...context.env,
      GIT_AUTHOR_NAME: '',
      GIT_AUTHOR_EMAIL: '',
      GIT_COMMITTER_NAME: '',
      GIT_COMMITTER_EMAIL: '',
    };
    await expect(publish()).rejects.toMatchObject({ code: 'GIT_IDENTITY' });
    rmSync(fixture.bare, { recursive: true });
    await expect(publish()).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' });
  });

  it('a dry run pushes nothing, and nothing is left behind', async () => {
    fixture.commit({ 'notes.md': 'mine\n' });
    const before = bare('rev-parse', 'main');
    await publish({ dryRun: true });
    expect(bare('rev-parse', 'main')).toBe(before);
    expect(existsSync(join(fixture.bare, 'lfs'))).toBe(false);
    expect(
      readdirSync(join(context.store.root, 'downloads')).filter((name) => !name.endsWith('.lock')),
    ).toEqual([]);
  });
});
