import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '../store/testing/temporary-store.js';
import { errorText } from '../terminal/report-error.js';
import { errorCatalogue } from './error-catalogue.js';
import { systemError, unreadable } from './system-error.js';

/** An error as Node makes it for a call of the operating system. */
function nodeError(code: string, members: object = {}): Error {
  return Object.assign(new Error(`${code}: words, open '/data/x'`), {
    code,
    syscall: 'open',
    path: '/data/x',
    ...members,
  });
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('errors of the operating system', () => {
  it.each([
    ['ENOENT', 'FILE_MISSING', /^\/data\/x: there is no such file or directory \(ENOENT\)$/],
    ['EACCES', 'FILE_FORBIDDEN', /^\/data\/x: permission denied/],
    ['EPERM', 'FILE_FORBIDDEN', /not permitted/],
    ['EROFS', 'FILE_FORBIDDEN', /read-only/],
    ['ENOTDIR', 'FILE_UNFIT', /a file lies where a directory is needed/],
    ['EISDIR', 'FILE_UNFIT', /a directory lies where a file is needed/],
    ['ENOSPC', 'DISK_FULL', /no space is left/],
    ['EDQUOT', 'DISK_FULL', /quota/],
    ['EMFILE', 'TOO_MANY_OPEN_FILES', /too many files open/],
    ['ENFILE', 'TOO_MANY_OPEN_FILES', /too many files open/],
    ['ENAMETOOLONG', 'FILE_UNFIT', /too long/],
    ['EIO', 'SYSTEM_ERROR', /EIO: words/],
  ])('%s is told as %s with the path and what to do', (name, code, message) => {
    const error = systemError(nodeError(name));
    expect(error).toMatchObject({ code, hint: expect.stringMatching(/\w/) as string });
    expect(error?.message).toMatch(message);
    expect(errorCatalogue).toHaveProperty(code);
    expect(errorText(nodeError(name))).toMatch(new RegExp(`^${code}: .*\\n {2}hint: `));
  });

  it('names both places of a move, and the call where there is no place', () => {
    expect(systemError(nodeError('EACCES', { dest: '/store/y' }))?.message).toBe(
      '/data/x → /store/y: permission denied (EACCES)',
    );
    expect(systemError(nodeError('EMFILE', { path: undefined, syscall: 'spawn' }))?.message).toMatch(
      /^spawn: /,
    );
  });

  it('are found in what wraps them; wrong calls of ours stay defects', () => {
    expect(errorText(new TypeError('fetch failed', { cause: nodeError('EACCES') }))).toMatch(
      /^FILE_FORBIDDEN: /,
    );
    expect(errorText(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }))).toMatch(
      /^INTERNAL: x/,
    );
    expect(systemError(new Error('x'))).toBeNull();
  });

  it('come from real calls too', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'directory'));
    writeFileSync(join(root, 'file'), '');
    symlinkSync('loop', join(root, 'loop'));
    const codes = [];
    for (const path of ['nothing', 'directory', 'file/below', 'loop', 'x'.repeat(5000)])
      codes.push(systemError(await thrownBy(readFile(join(root, path))))?.code);
    expect(codes).toEqual(['FILE_MISSING', 'FILE_UNFIT', 'FILE_UNFIT', 'FILE_UNFIT', 'FILE_UNFIT']);
  });
});

it('a file that is named and cannot be read is told by its name, and by what lies there', () => {
  const named = { what: 'rules.txt, named by quantize.v.tensorTypes', hint: 'Create it.' };
  expect(unreadable(nodeError('ENOENT'), named)).toMatchObject({
    code: 'FILE_MISSING',
    message: 'cannot read rules.txt, named by quantize.v.tensorTypes: there is no such file or directory',
    hint: 'Create it.',
  });
  expect(unreadable(nodeError('EISDIR'), named)).toMatchObject({
    code: 'FILE_UNFIT',
    hint: expect.stringContaining('ls -ld') as string,
  });
});
