import { requireQuickGlobs } from './quick-globs.js';
import { idleIncludes, literalPaths, selectFiles } from './select-files.js';

const paths = ['model.safetensors', 'x/config.json', `${'a'.repeat(60)}/b`];
const files = paths.map((path) => ({ path, sizeBytes: 1 }));
const select = (selection: { include?: string[]; exclude?: string[] }) => () =>
  selectFiles(files, selection, { of: 'owner/name', use: { kind: 'files' } });
const coded = (problem: RegExp): object =>
  expect.objectContaining({
    code: 'GLOB_REFUSED',
    message: expect.stringMatching(problem) as string,
  }) as object;

function thrown(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}

describe('globs', () => {
  it.each([
    ['', /the glob "" is refused: it is empty/],
    [' ', /it is empty/],
    ['\t\n', /it is empty/],
    ['a\0b', /NUL/],
    ['{'.repeat(10_000), /longer than 1024/],
    ['**/'.repeat(5000), /longer than 1024/],
  ])('like %p are refused wherever they stand', (glob, problem) => {
    expect(thrown(select({ include: [glob] }))).toEqual(coded(problem));
    expect(thrown(select({ include: ['*.json', glob] }))).toEqual(coded(problem));
    expect(thrown(select({ exclude: [glob] }))).toEqual(coded(problem));
    expect(thrown(() => literalPaths([glob]))).toEqual(coded(problem));
    expect(thrown(() => idleIncludes({ files }, [glob], 'x'))).toEqual(coded(problem));
  });

  it.each(['/', '.', '..', '!', '[', '{', '(', '\\', '**/'.repeat(300), '{a,'.repeat(200), '{1..99999999}'])(
    'like %p come to an end: files, or a coded error',
    (glob) => {
      const error = thrown(select({ include: [glob] }));
      expect(error ?? { code: 'SOURCE_EMPTY' }).toHaveProperty('code');
    },
  );

  it('that try every way to split a path are refused by name', () => {
    const globs = ['*.json', '(a+)+b'];
    expect(thrown(() => requireQuickGlobs(globs, paths, { of: 'owner/name', timeLimitMs: 50 }))).toEqual(
      coded(/owner\/name: the glob "\(a\+\)\+b" is refused: it is not matched with 3 paths/),
    );
  });

  it('that people write are taken', () => {
    const globs = ['*.safetensors', '**/*UD*Q4*K*XL*.gguf', '!x/**', '{a,b}/**/c', 'a[1].gguf', '+(a|b)'];
    expect(thrown(() => requireQuickGlobs(globs, paths, { of: 'x', timeLimitMs: 60_000 }))).toBeNull();
  });
});
