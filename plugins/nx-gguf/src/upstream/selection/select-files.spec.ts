import type { SourceUse } from '../../core/source-use.js';
import { idleIncludes, selectFiles, literalPaths, type Selection } from './select-files.js';

const files = (...paths: string[]) => paths.map((path) => ({ path, sizeBytes: 1 }));
const chosen = (paths: string[], selection = {}) =>
  selectFiles(files(...paths), selection, { of: 'owner/name', use: { kind: 'files' } }).files.map(
    ({ path }) => path,
  );

const anything = { of: 'x', use: { kind: 'files' } } as const;

describe('selectFiles', () => {
  it.each([
    ['all that is not hidden', ['b', 'a', '.gitattributes', 'x/y'], {}, ['a', 'b', 'x/y']],
    ['what matches', ['a.json', 'a.txt', 'x/b.json'], { include: ['*.json'] }, ['a.json']],
    ['any depth with **', ['a.json', 'x/b.json'], { include: ['**/*.json'] }, ['a.json', 'x/b.json']],
    ['but not what is excluded', ['a.json', 'b.json'], { include: ['*.json'], exclude: ['b*'] }, ['a.json']],
    ['a literal name with glob characters', ['a[1].gguf'], { include: ['a[1].gguf'] }, ['a[1].gguf']],
    [
      'safetensors, not the pickles beside them',
      ['m.safetensors', 'pytorch_model.bin', 'x.pt'],
      {},
      ['m.safetensors'],
    ],
    [
      'a pickle that is named',
      ['pytorch_model.bin', 'config.json'],
      { include: ['pytorch_model.bin', '*.json'] },
      ['config.json', 'pytorch_model.bin'],
    ],
  ])('takes %s', (...[, paths, selection, expected]) => {
    expect(chosen(paths, selection)).toEqual(expected);
  });

  it.each([
    ['nothing there', [], {}, /SOURCE_EMPTY|no file there/],
    ['nothing that matches', ['a'], { include: ['b'] }, /no file matches b/],
    ['pickles alone', ['config.json', 'pytorch_model.bin'], {}, /pytorch_model\.bin is in pickle format/],
    ['pickles by glob', ['a.pth'], { include: ['*.pth'] }, /pickle/],
    ['pickles in capitals', ['A.CKPT'], {}, /pickle/],
    ['a path that leaves the directory', ['../x'], { include: ['../x'] }, /"\.\.\/x" is refused/],
    ['an absolute path', ['/etc/x'], { include: ['/etc/x'] }, /absolute/],
    ['names that differ in case only', ['a.txt', 'A.txt'], {}, /same file on some systems/],
  ])('refuses %s', (...[, paths, selection, message]) => {
    expect(() => chosen(paths, selection)).toThrow(message);
  });

  it('refuses links, sizes that cannot be, and too many files', () => {
    expect(() => selectFiles([{ path: 'a', sizeBytes: 1, isLink: true }], {}, anything)).toThrow(
      /symbolic link/,
    );
    expect(() => selectFiles([{ path: 'a', sizeBytes: -1 }], {}, anything)).toThrow(/no possible size/);
    expect(() => chosen(Array.from({ length: 10_001 }, (_, index) => `f${index}`))).toThrow(
      /10001 files are more than/,
    );
  });
});

describe('literalPaths', () => {
  it.each([
    [undefined, null],
    [['a.gguf'], ['a.gguf']],
    [
      ['x/a.gguf', 'b'],
      ['x/a.gguf', 'b'],
    ],
    [['*.gguf'], null],
    [['a', '**'], null],
  ])('%j: %j', (include, expected) => {
    expect(literalPaths(include)).toEqual(expected);
  });
});

describe('what is declared', () => {
  const select = (paths: string[], selection: Selection, kind: SourceUse['kind'] = 'files') =>
    selectFiles(files(...paths), selection, { of: 'x', use: { kind } });

  it('and matches nothing is told', () => {
    expect(select(['a.json', 'b.txt'], { include: ['*.json', '*.md'], exclude: ['c*'] }).warnings).toEqual([
      'x: "*.md" of "include" matches no file',
      'x: "c*" of "exclude" matches no file',
    ]);
  });

  it('by name and is missing ends in an error with the nearest name', () => {
    expect(() =>
      select(['a.json', 'sub/Model-Q4_K_M.gguf'], { include: ['*.json', 'Model-Q4_K_N.gguf'] }),
    ).toThrow(
      expect.objectContaining({
        code: 'SOURCE_NOT_FOUND',
        message: 'x: there is no Model-Q4_K_N.gguf',
        hint: expect.stringContaining('sub/Model-Q4_K_M.gguf') as string,
      }) as Error,
    );
  });

  it.each<[string[], { files: string[]; leftOut?: string[] }, string[]]>([
    [['*.gguf', '*.md'], { files: ['a.gguf'] }, ['"*.md"']],
    [['*.gguf', 'a.gguf'], { files: ['a.gguf'] }, []],
    [['*.safetensors', '*.bin'], { files: ['m.safetensors'], leftOut: ['m.bin'] }, []],
    [['**/*.safetensors', '**/*.bin'], { files: ['m.safetensors'], leftOut: ['old/**'] }, []],
  ])('as %j and pinned by a lock is told of again where it matches nothing', (...[include, lock, globs]) => {
    const locked = {
      files: files(...lock.files),
      ...(lock.leftOut === undefined ? {} : { selection: { leftOut: lock.leftOut } }),
    };
    expect(idleIncludes(locked, include, 'x')).toEqual(
      globs.map((glob) => `x: ${glob} of "include" matches no file`),
    );
  });

  it.each(['BF16', 'BF16/'])('as %s, a directory, ends in an error with what takes its files', (name) => {
    expect(() => select(['BF16/a.gguf', 'b.txt'], { include: ['*.txt', name] })).toThrow(
      expect.objectContaining({
        code: 'SOURCE_NOT_FOUND',
        message: `x: there is no file ${name}: BF16 is a directory`,
        hint: 'All files of a directory are "BF16/**".',
      }) as Error,
    );
  });

  it('as a checkpoint and has no weights ends in an error, unless a member of an archive is meant', () => {
    expect(() => select(['config.json', 'm.safetensors'], { include: ['*.json'] }, 'checkpoint')).toThrow(
      expect.objectContaining({ code: 'SOURCE_NO_WEIGHTS' }) as Error,
    );
    expect(select(['m.zip'], { include: ['m.zip'], member: 'm' }, 'checkpoint').files).toHaveLength(1);
  });

  it('leaves out pickles that a glob takes, and says so', () => {
    expect(select(['m.safetensors', 'm.bin'], { include: ['m.*'] }, 'checkpoint').choice).toMatchObject({
      because: 'weights in pickle format can run code',
      leftOut: ['m.bin'],
    });
  });
});
