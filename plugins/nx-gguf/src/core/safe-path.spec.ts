import { pathCollisions, pathProblem } from './safe-path.js';

describe('pathProblem', () => {
  it.each(['a', 'model.safetensors', 'a/b/c.txt', '.hidden', 'a..b', '..a/b', 'COM10', 'ünï/ço∂e', 'a b'])(
    'accepts %j',
    (path) => {
      expect(pathProblem(path)).toBeNull();
    },
  );

  it.each([
    ['', 'empty'],
    ['/etc/passwd', 'absolute'],
    ['../x', '".."'],
    ['a/../../x', '".."'],
    ['a/./b', '"."'],
    ['a//b', 'empty segment'],
    ['a/', 'empty segment'],
    ['a\\b', 'backslash'],
    ['..\\x', 'backslash'],
    ['C:/x', 'Windows'],
    ['a:b', 'Windows'],
    ['a\u0000b', 'control'],
    ['a\nb', 'control'],
    ['NUL', 'device'],
    ['x/con.txt', 'device'],
    ['COM1', 'device'],
    ['a.', 'dot or a space'],
    ['a /b', 'dot or a space'],
    ['a?', 'Windows'],
    ['x'.repeat(1025), 'longer'],
    ['\ud800', 'Unicode'],
  ])('refuses %j', (path, reason) => {
    expect(pathProblem(path)).toContain(reason);
  });
});

describe('pathCollisions', () => {
  it.each([
    [['a', 'b', 'c/b'], 0],
    [['Model.bin', 'model.BIN'], 1],
    [['caf\u00e9', 'cafe\u0301'], 1],
    [['a', 'a/b'], 1],
    [['A', 'a/b/c'], 1],
  ])('%j: %d', (paths, count) => {
    expect(pathCollisions(paths)).toHaveLength(count);
  });
});
