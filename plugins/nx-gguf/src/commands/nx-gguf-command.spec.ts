import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryStore } from '../store/testing/temporary-store.js';
import { repository } from '../testing/documents.js';
import { runNxGguf } from './nx-gguf-command.js';

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
  it.each([[[]], [['--help']], [['-h']]])('%j lists its commands', async (argv) => {
    for (const name of ['inspect FILE', 'diff A B', 'store COMMAND'])
      expect(await run(...argv)).toContain(`\n  nx-gguf ${name} `);
  });

  it.each([[['--version']], [['store', '--version']], [['diff', '--version']]])(
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
    [['--versoin'], 'nx-gguf has no command "--versoin"'],
    [['store', 'verfy'], 'nx-gguf store has no command "verfy" (did you mean \'verify\'?)'],
  ])('refuses %j with a suggestion and the list', async (argv, message) => {
    await expect(run(...argv)).rejects.toMatchObject({
      code: 'UNKNOWN_COMMAND',
      message,
      hint: expect.stringMatching(/^ {2}nx-gguf (diff A B|store gc)/m) as string,
    });
  });
});
