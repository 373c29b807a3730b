import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryStore } from '../store/testing/temporary-store.js';
import { repository } from '../testing/documents.js';
import type { CommandUsage } from './command-usage.js';
import { runNxGguf } from './nx-gguf-command.js';
import { commandUsages, storeUsages } from './usages.js';

const store = temporaryStore();

async function run(...argv: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const exitCode = await runNxGguf(argv, {
    env: { NX_GGUF_STORE: store.root },
    nowMs: Date.now(),
    print: (text) => lines.push(text),
    report: () => undefined,
  });
  expect(exitCode).toBe(0);
  return lines.join('\n');
}

describe('nx-gguf', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('%j lists its commands', async (argv) => {
    for (const name of ['inspect FILE', 'diff A B', 'store COMMAND'])
      expect(await run(...argv)).toContain(`\n  nx-gguf ${name} `);
  });

  it.each(
    Object.values<CommandUsage>(commandUsages).flatMap((usage) => {
      const words = usage.name.split(' ');
      const group = words.slice(0, -1);
      return [
        [...words, '--help'],
        [...words, '-h'],
        [...words, 'x', '-h'],
        ['help', ...words],
        [...group, 'help', words.at(-1) ?? ''],
      ].map((argv) => ({ argv, usage }));
    }),
  )('$argv explains $usage.name and every option of it', async ({ argv, usage }) => {
    const output = await run(...argv);
    expect(output).toMatch(new RegExp(`^ {2}nx-gguf ${usage.name}( |$)`, 'm'));
    expect(output).toContain(usage.does);
    for (const [name, { does }] of Object.entries(usage.options ?? {}))
      expect(output).toMatch(new RegExp(`^ {2}--${name} .*${does}$`, 'm'));
    expect(output).toMatch(/^Exit code: 0 .*; 1 .*; 2 /m);
  });

  it.each([[['store']], [['store', 'help']], [['store', '-h']], [['help', 'store']]])(
    '%j lists the commands of the store',
    async (argv) => {
      for (const { name } of storeUsages) expect(await run(...argv)).toContain(`\n  nx-gguf ${name}`);
    },
  );

  it.each([[['--version']], [['-v']], [['store', '--version']], [['store', 'gc', '-v']], [['diff', '-v']]])(
    '%j prints the version of the package',
    async (argv) => {
      const { version } = JSON.parse(
        readFileSync(join(repository, 'plugins/nx-gguf/package.json'), 'utf8'),
      ) as { version: string };
      expect(await run(...argv)).toBe(version);
    },
  );

  it('passes a command its arguments', async () => {
    expect(await run('store', 'path')).toBe(store.root);
  });

  it.each([
    [['inspct', 'x.gguf'], 'nx-gguf has no command "inspct" (did you mean \'inspect\'?)'],
    [['ls'], 'nx-gguf has no command "ls" (did you mean \'store ls\'?)'],
    [['store-ls'], 'nx-gguf has no command "store-ls" (did you mean \'store ls\'?)'],
    [['quantize'], 'nx-gguf has no command "quantize"'],
    [['toString'], 'nx-gguf has no command "toString"'],
    [['help', 'inspct'], 'nx-gguf has no command "inspct" (did you mean \'inspect\'?)'],
    [['store', 'help', 'verfy'], 'nx-gguf store has no command "verfy" (did you mean \'verify\'?)'],
    [['store', 'verfy'], 'nx-gguf store has no command "verfy" (did you mean \'verify\'?)'],
  ])('refuses %j with a suggestion and the list', async (argv, message) => {
    await expect(run(...argv)).rejects.toMatchObject({
      code: 'UNKNOWN_COMMAND',
      message,
      hint: expect.stringMatching(/^ {2}nx-gguf (diff A B|store gc)/m) as string,
    });
  });

  it.each([
    [
      ['--versoin'],
      "nx-gguf: unknown option --versoin (did you mean '--version'?): there are --help, --version",
    ],
    [
      ['store', '--hlep'],
      "nx-gguf store: unknown option --hlep (did you mean '--help'?): there are --help, --version",
    ],
  ])('refuses %j as an option', async (argv, message) => {
    await expect(run(...argv)).rejects.toMatchObject({ code: 'BAD_OPTIONS', message });
  });

  it('takes what stands behind -- for a name', async () => {
    await expect(run('inspect', '--', '--help')).rejects.toMatchObject({ code: 'FILE_MISSING' });
  });
});
