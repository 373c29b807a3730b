import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.js';
import type { CommandSource } from '../../core/generated/source.generated.js';
import { referToFile } from '../../store/external.js';
import { put, temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import { fetchCommandStep, type CommandContext } from './fetch-command.js';
import { actionKey } from '../step.js';
import { playTools, testBench, type PlayedTool } from '../testing/effects.js';

const store = temporaryStore();

function context(): CommandContext & { asked: string[] } {
  const asked: string[] = [];
  const identity = (part: string) => () => {
    asked.push(part);
    return Promise.resolve(`identity of ${part}`);
  };
  return {
    asked,
    projectDir: temporaryDirectory(),
    env: { OWN_TOKEN: 'secret', OTHER: 'x' },
    refer: (path) => referToFile(store, path),
    identities: { source: identity('source'), python: identity('python') },
  };
}

async function run(command: CommandSource['command'], play: PlayedTool) {
  const { runTool, ran } = playTools(play);
  const at = context();
  const bench = testBench({ runTool });
  const step = await fetchCommandStep({ type: 'command', command }, at);
  return { bench, at, ran, outcome: await step.run(bench) };
}

/** Writes files as a program would: into the directory that is its last argument. */
const writes = (...names: readonly string[]): PlayedTool => ({
  act: ({ args }) => {
    for (const name of names) put(join(args.at(-1) ?? '', name), `text of ${name}`);
  },
});

describe('fetchCommandStep', () => {
  it('keeps nothing when an input changes while the program runs', async () => {
    const at = context();
    const input = put(join(at.projectDir, 'seed.txt'), '1');
    const { runTool } = playTools({
      act: ({ args }) => {
        put(join(args.at(-1) ?? '', 'model.bin'), 'made of 1');
        const { atime, mtime } = statSync(input);
        writeFileSync(input, '2');
        utimesSync(input, atime, mtime);
      },
    });
    const step = await fetchCommandStep(
      { type: 'command', command: ['make', '{output}'], inputs: ['*.txt'] },
      at,
    );
    await expect(step.run(testBench({ runTool }))).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
      message: "seed.txt changed while the source's command ran",
    });
  });

  it('gives the program the variables that the source declares, and tells of those that are not set', async () => {
    const { runTool, ran } = playTools(writes('a'));
    const bench = testBench({ runTool });
    const keyWith = async (env: string[] | undefined, at = context()) => {
      const source: CommandSource = { type: 'command', command: ['make', '{output}'], ...(env && { env }) };
      const step = await fetchCommandStep(source, at);
      return { step, key: actionKey(step.action) };
    };
    const { step, key } = await keyWith(['OWN_TOKEN', 'NOT_SET']);
    await step.run(bench);
    expect(ran).toMatchObject([{ kind: 'command', env: { OWN_TOKEN: 'secret', NOT_SET: undefined } }]);
    expect(ran[0]?.env).not.toHaveProperty('OTHER');
    expect(bench.told).toContainEqual({
      type: 'warning',
      message: 'the source\'s command make declares in "env" what is not set here: NOT_SET',
    });
    expect((await keyWith(['NOT_SET', 'OWN_TOKEN'], { ...context(), env: {} })).key).toBe(key);
    expect((await keyWith(['NOT_SET'])).key).not.toBe(key);
    expect((await keyWith(undefined)).key).not.toBe(key);
    expect(JSON.stringify(step.action)).not.toContain('secret');
  });

  it('runs the program in the project with its arguments filled in, and takes what it wrote', async () => {
    const { bench, at, ran, outcome } = await run(
      ['{python}', '{llamaCpp}/convert.py', '--set={output}/{other}', '{output}'],
      writes('b.json', 'a/c.bin'),
    );
    const output = join(bench.directory, 'output');
    expect(ran).toMatchObject([
      {
        command: '/tools/python',
        args: ['/tools/source/convert.py', `--set=${output}/{other}`, output],
        cwd: at.projectDir,
      },
    ]);
    expect(outcome).toEqual({
      files: ['a/c.bin', 'b.json'].map((name) => ({ name, path: join(output, name) })),
      facts: { source: { type: 'command' } },
      // With placeholders: the manifest is the same wherever this runs.
      commands: [['{python}', '{llamaCpp}/convert.py', '--set={output}/{other}', '{output}']],
    });
  });

  it('runs node as the Node that runs now', async () => {
    expect((await run(['node', 'make.mjs', '{output}'], writes('a'))).ran).toMatchObject([
      { command: process.execPath },
    ]);
  });

  it('says what it runs', async () => {
    expect((await run(['node', 'make.mjs', '{output}'], writes('a'))).bench.told).toEqual([
      { type: 'step', message: 'running node make.mjs {output}' },
    ]);
  });

  it.each([
    ['COMMAND_WROTE_NOTHING', {}],
    ['COMMAND_WROTE_NOTHING', writes('.hidden')],
    ['COMMAND_FAILED', { ...writes('a'), exitCode: 3, output: 'no such model\n' }],
  ])('fails with %s (%#)', async (code, play) => {
    await expect(run(['node', 'make.mjs', '{output}'], play)).rejects.toMatchObject({ code });
  });

  it('fails with the words of the program', async () => {
    await expect(
      run(['node', 'make.mjs', '{output}'], { exitCode: 3, output: 'no such model\n' }),
    ).rejects.toMatchObject({ tail: ['no such model'] });
  });
});

describe('the key of a command source', () => {
  it.each([
    [['node', 'make.mjs', '{output}'], [], null],
    [['node', 'make.mjs', '{llamaCpp}/models', '{output}'], ['source'], { source: 'identity of source' }],
    [['{python}', 'merge.py', '{output}'], ['python'], { python: 'identity of python' }],
    [
      ['{python}', '{llamaCpp}/x.py', '{output}'],
      ['source', 'python'],
      { source: 'identity of source', python: 'identity of python' },
    ],
  ] as [[string, ...string[]], string[], object | null][])(
    'of %j asks for the identity of %j only',
    async (command, asked, toolchain) => {
      const at = context();
      const { action } = await fetchCommandStep({ type: 'command', command }, at);
      expect(at.asked).toEqual(asked);
      expect(action.toolchain).toEqual(toolchain);
    },
  );

  it('changes with the arguments, and with the bytes and names of the declared inputs, not with other files', async () => {
    const at = context();
    const keyOf = async (change: Partial<CommandSource> = {}): Promise<string> =>
      actionKey(
        (
          await fetchCommandStep(
            { type: 'command', command: ['node', 'make.mjs', '{output}'], inputs: ['*.mjs'], ...change },
            at,
          )
        ).action,
      );
    writeFileSync(join(at.projectDir, 'make.mjs'), 'one');
    const key = await keyOf();
    writeFileSync(join(at.projectDir, 'notes.txt'), 'unread');
    await expect(keyOf()).resolves.toBe(key);
    await expect(keyOf({ command: ['node', 'make.mjs', '--seed', '2', '{output}'] })).resolves.not.toBe(key);
    writeFileSync(join(at.projectDir, 'lib.mjs'), '');
    await expect(keyOf()).resolves.not.toBe(key);
    writeFileSync(join(at.projectDir, 'make.mjs'), 'two');
    await expect(keyOf({ inputs: ['make.mjs'] })).resolves.not.toBe(key);
  });

  it('does not change with the place of the project', async () => {
    const keys = [];
    for (const at of [context(), context()]) {
      put(join(at.projectDir, 'src/make.mjs'), 'program');
      const { action } = await fetchCommandStep(
        { type: 'command', command: ['node', 'src/make.mjs'], inputs: ['src/**'] },
        at,
      );
      expect(action.inputs).toEqual([{ role: 'input', name: 'src/make.mjs', sha256: sha256('program') }]);
      keys.push(actionKey(action));
    }
    expect(keys[0]).toBe(keys[1]);
  });

  it('needs every declared input to be there', async () => {
    await expect(
      fetchCommandStep({ type: 'command', command: ['node', 'make.mjs'], inputs: ['*.mjs'] }, context()),
    ).rejects.toMatchObject({
      code: 'SOURCE_INPUT_MISSING',
      message: expect.stringMatching(/"\*\.mjs"/) as string,
    });
  });
});
