import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Toolchain } from '../../core/generated/toolchain.generated.js';
import { buildIdentity, ensureBuild } from './build.js';
import { testContext } from '../testing/context.js';
import { makeRepository, standInProject } from '../testing/repository.js';
import { toolNames } from '../tool-files.js';

async function standIn(
  build: Toolchain['build'] | null = {},
  files: Readonly<Record<string, string>> = standInProject,
) {
  const context = await testContext({ source: { type: 'checkout', path: 'repository' } });
  const { directory, commit } = makeRepository(join(context.configDir, 'repository'), files);
  context.config = { source: { type: 'git', url: directory, commit }, ...(build === null ? {} : { build }) };
  return context;
}

describe('ensureBuild', () => {
  it('builds the tools once into a directory that can be moved', async () => {
    const context = await standIn();
    const tools = await ensureBuild(context);
    expect(readdirSync(tools.dir)).toEqual(expect.arrayContaining([...toolNames, 'nx-gguf.json']));
    expect(readdirSync(tools.dir).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(
      context.told.some((event) => event.type === 'progress' && event.label === 'building llama.cpp'),
    ).toBe(true);

    const before = context.ran.length;
    await ensureBuild(context);
    expect(context.ran.slice(before).map(({ args }) => args)).toEqual([['--version']]);

    const moved = join(context.configDir, 'moved');
    renameSync(tools.dir, moved);
    rmSync(join(context.configDir, 'repository'), { recursive: true });
    execFileSync(join(moved, 'llama-quantize'));
  });

  it('takes no compiler flags from the environment, which are no part of its identity', async () => {
    const context = await standIn();
    const before = process.env['CXXFLAGS'];
    process.env['CXXFLAGS'] = '--no-such-flag';
    try {
      await ensureBuild(context);
    } finally {
      if (before === undefined) delete process.env['CXXFLAGS'];
      else process.env['CXXFLAGS'] = before;
    }
    expect(
      context.ran.filter(({ command, args }) => command === 'cmake' && args.includes('--build')),
    ).toHaveLength(1);
  });

  it('of two at once builds one', async () => {
    const context = await standIn();
    const [a, b] = await Promise.all([ensureBuild(context), ensureBuild(context)]);
    expect(a.dir).toBe(b.dir);
    expect(
      context.ran.filter(({ command, args }) => command === 'cmake' && args.includes('--build')),
    ).toHaveLength(1);
    expect(context.told).toContainEqual({
      type: 'step',
      message: expect.stringMatching(/^waiting for another process/) as string,
    });
  });

  it('that was cut off leaves nothing, and the next one is complete', async () => {
    const context = await standIn();
    const abort = new AbortController();
    const cut = ensureBuild({
      ...context,
      signal: abort.signal,
      report: (event) => {
        if (event.type === 'progress') abort.abort();
      },
    });
    await expect(cut).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(context.root).filter((name) => name.startsWith('build-'))).toEqual([]);
    expect(existsSync((await ensureBuild(context)).tool('llama-quantize'))).toBe(true);
  });

  it('removes what a killed build left and ignores a directory without record', async () => {
    const context = await standIn();
    const { id } = await ensureBuild(context);
    const name = `build-${id.slice(0, 16)}`;
    rmSync(join(context.root, name, 'nx-gguf.json'));
    mkdirSync(join(context.root, 'work', name, 'killed'), { recursive: true });
    const { dir } = await ensureBuild(context);
    expect(existsSync(join(dir, 'nx-gguf.json'))).toBe(true);
    expect(readdirSync(join(context.root, 'work'))).toEqual([]);
  });

  it('that fails says what the compiler said', async () => {
    const context = await standIn({}, { ...standInProject, 'main.cpp': '#error no such luck\n' });
    await expect(ensureBuild(context)).rejects.toMatchObject({
      code: 'TOOLCHAIN_BUILD_FAILED',
      tail: expect.arrayContaining([expect.stringMatching(/no such luck/)]) as string[],
    });
    expect(readdirSync(join(context.root, 'work'))).toEqual([]);
  });
});

describe('buildIdentity', () => {
  it('is made of commit, options, compiler, platform and architecture, and of nothing else', async () => {
    const context = await standIn();
    const identity = await buildIdentity(context);
    expect(Object.keys(identity).sort()).toEqual([
      'arch',
      'cmake',
      'compiler',
      'kind',
      'platform',
      'source',
      'version',
    ]);
    expect(JSON.stringify(identity)).not.toContain(context.configDir);
    expect(await buildIdentity({ ...context, root: '/elsewhere', env: { HOME: '/x' } })).toEqual(identity);
    expect(await buildIdentity({ ...context, config: { ...context.config, build: { jobs: 7 } } })).toEqual(
      identity,
    );
  });

  it.each([
    ['a CMake option', { build: { cmakeOptions: { GGML_OPENMP: false } } }],
    ['the backend', { build: { backend: 'vulkan' as const } }],
    ['native', { build: { native: true } }],
  ])('changes with %s', async (_, change) => {
    const context = await standIn();
    expect(await buildIdentity({ ...context, config: { ...context.config, ...change } })).not.toEqual(
      await buildIdentity(context),
    );
  });

  it('names the CPU of a native build only', async () => {
    const context = await standIn({ native: true });
    expect(await buildIdentity(context)).toMatchObject({ cpu: 'Test CPU' });
  });
});

describe('ready binaries', () => {
  async function binaries(names: readonly string[], folder = '') {
    const context = await testContext({ source: { type: 'binaries', path: 'ready' } });
    const directory = join(context.configDir, 'ready', folder);
    mkdirSync(directory, { recursive: true });
    for (const name of names) {
      writeFileSync(join(directory, name), `#!/bin/sh\necho ${name}\n`);
      chmodSync(join(directory, name), 0o755);
    }
    return { context, directory };
  }

  it.each([
    ['', 'directly'],
    ['bin', 'in bin/'],
  ])('are used where they are (%j: %s)', async (folder) => {
    const { context, directory } = await binaries(toolNames, folder);
    expect((await ensureBuild(context)).tool('llama-imatrix')).toBe(join(directory, 'llama-imatrix'));
    expect(context.ran).toEqual([]);
  });

  it('are identified by their bytes', async () => {
    const { context, directory } = await binaries(toolNames);
    const before = await buildIdentity(context);
    expect(await buildIdentity(context)).toEqual(before);
    writeFileSync(
      join(directory, 'llama-imatrix'),
      `${readFileSync(join(directory, 'llama-imatrix'), 'utf8')}# other\n`,
    );
    expect(await buildIdentity(context)).not.toEqual(before);
  });

  it('that are missing are named', async () => {
    const { context } = await binaries(['llama-quantize']);
    await expect(ensureBuild(context)).rejects.toMatchObject({
      code: 'TOOLCHAIN_BINARY_MISSING',
      message: expect.stringMatching(/lacks llama-imatrix, llama-perplexity/) as string,
    });
  });
});
