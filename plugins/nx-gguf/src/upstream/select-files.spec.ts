import { selectFiles, literalPaths } from './select-files.js';

const files = (...paths: string[]) => paths.map((path) => ({ path, sizeBytes: 1 }));
const chosen = (paths: string[], selection = {}) =>
  selectFiles(files(...paths), selection, 'owner/name').map(({ path }) => path);

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
    expect(() => selectFiles([{ path: 'a', sizeBytes: 1, isLink: true }], {}, 'x')).toThrow(/symbolic link/);
    expect(() => selectFiles([{ path: 'a', sizeBytes: -1 }], {}, 'x')).toThrow(/no possible size/);
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
