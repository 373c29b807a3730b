import { jest } from '@jest/globals';
import { main } from './nx-gguf.js';

/** What the command wrote and its exit code, as a launcher has them. */
async function launched(...argv: readonly string[]): Promise<{ exitCode: number; errors: string }> {
  let errors = '';
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    errors += String(text);
    return true;
  });
  try {
    return { exitCode: await main(argv), errors };
  } finally {
    write.mockRestore();
  }
}

describe('the exit code of nx-gguf', () => {
  it.each([
    [['inspcet'], 'UNKNOWN_COMMAND'],
    [['store', 'inspcet'], 'UNKNOWN_COMMAND'],
    [['--jsno'], 'BAD_OPTIONS'],
    [['store', 'ls', '--flies'], 'BAD_OPTIONS'],
    [['diff', 'one.gguf'], 'BAD_OPTIONS'],
    [['inspect', '/nowhere/x.gguf'], 'FILE_MISSING'],
    [['diff', '/nowhere/a', '/nowhere/b'], 'FILE_MISSING'],
  ])('of %j is 2, and the error is told', async (argv, code) => {
    const { exitCode, errors } = await launched(...argv);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(new RegExp(`^${code}: .*\n {2}hint: `));
  });

  it('is 2 in a directory that is gone, with words and no stack', async () => {
    const cwd = jest.spyOn(process, 'cwd').mockImplementation(() => {
      throw Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), { code: 'ENOENT' });
    });
    try {
      expect(await launched('store', 'path')).toEqual({
        exitCode: 2,
        errors:
          'FILE_MISSING: the directory that this shell is in is not there any more\n' +
          '  hint: Change to another one with `cd`.\n',
      });
    } finally {
      cwd.mockRestore();
    }
  });
});
