import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GgufError } from '../core/errors.js';
import type { Toolchain } from '../core/generated/toolchain.generated.js';
import { ensureBuild } from './llama-cpp/build.js';
import { diagnose, formatDiagnosis, requirePrerequisites } from './doctor.js';
import { ensurePython } from './python.js';
import { runTool } from './run-tool.js';
import { ensureSource } from './llama-cpp/source.js';
import { testContext } from './testing/context.js';
import { makeRepository, standInProject } from './testing/repository.js';

/** A context whose toolchain is in a git repository, on a machine without some programs. */
async function without(missing: readonly string[], python: Toolchain['python'] = {}) {
  const context = await testContext({ source: { type: 'checkout', path: 'repository' } });
  const { directory, commit } = makeRepository(join(context.configDir, 'repository'), standInProject);
  context.config = { source: { type: 'git', url: directory, commit }, python };
  context.runTool = (run) => {
    context.ran.push(run);
    return missing.includes(run.command)
      ? Promise.reject(new GgufError('TOOL_MISSING', `cannot start ${run.command}: not found`))
      : runTool(run);
  };
  return context;
}
const compilers = ['c++', 'g++', 'clang++'];

describe('what a build needs is looked for before anything is fetched', () => {
  it.each<[readonly string[], RegExp, RegExp]>([
    [['cmake'], /^cmake >= 3\.14 is needed; found: none$/, /apt-get install cmake[^]*brew install cmake/],
    [
      ['ninja', 'make'],
      /^make where ninja is not installed/,
      /apt-get install ninja-build[^]*brew install ninja/,
    ],
    [
      ['cmake', ...compilers],
      /^cmake [^]*\nC\+\+17 compiler /,
      /apt-get install cmake[^]*apt-get install build-essential[^]*xcode-select --install/,
    ],
  ])('without %j', async (missing, message, hint) => {
    const context = await without(missing);
    await expect(ensureBuild(context)).rejects.toMatchObject({
      code: 'PREREQUISITE_MISSING',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
    expect(context.ran.some(({ args }) => args.includes('fetch'))).toBe(false);
    // Nor when the source is fetched first, for a build that follows.
    await expect(ensureSource({ ...context, wanted: ['build'] })).rejects.toMatchObject({
      code: 'PREREQUISITE_MISSING',
    });
    expect(context.ran.some(({ args }) => args.includes('fetch'))).toBe(false);
    // For itself the source needs none of it.
    expect(existsSync((await ensureSource(context)).dir)).toBe(true);
  });

  it('without git', async () => {
    const context = await without(['git']);
    await expect(ensureSource(context)).rejects.toMatchObject({
      code: 'PREREQUISITE_MISSING',
      message: 'git >= 2.25 is needed; found: none',
    });
  });

  it('without Python', async () => {
    const context = await without(['python3', 'python']);
    await expect(ensureSource({ ...context, wanted: ['python'] })).rejects.toMatchObject({
      code: 'PREREQUISITE_MISSING',
      hint: expect.stringMatching(/apt-get install python3 python3-venv[^]*brew install python/) as string,
    });
    await expect(ensurePython(context)).rejects.toMatchObject({ code: 'PYTHON_MISSING' });
    const ready = { ...context, config: { ...context.config, python: { interpreter: 'mine' } } };
    expect(existsSync((await ensureSource({ ...ready, wanted: ['python'] })).dir)).toBe(true);
  });
});

it('an old python3 does not matter where python is new enough, which the environment is made with', async () => {
  const context = await without(['uv']);
  const { runTool: run } = context;
  context.runTool = (one) =>
    /^python3?$/.test(one.command)
      ? Promise.resolve({
          exitCode: 0,
          ending: 'ended with exit code 0',
          output: one.command === 'python' ? '3.12.4\n' : '3.8.10\n',
        })
      : run(one);
  await requirePrerequisites(context, ['python']);
  context.env = { ...context.env, PYTHON: 'python3' };
  await expect(requirePrerequisites(context, ['python'])).rejects.toMatchObject({
    code: 'PREREQUISITE_MISSING',
    message: 'python with venv >= 3.10 is needed; found: 3.8.10',
  });
});

it('the doctor shows what is there and what is not', async () => {
  const table = formatDiagnosis(await diagnose(await without(['cmake', 'uv'])));
  expect(table).toMatch(/\| MISSING +\| cmake +\| >= 3\.14 +\| not found/);
  expect(table).toMatch(/\| ok +\| git /);
  expect(table).toMatch(/\| none +\| uv /);
});
