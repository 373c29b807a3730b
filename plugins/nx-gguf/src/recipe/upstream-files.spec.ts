import { oneFile } from './upstream-files.js';

const files = (...names: string[]) => ({
  files: names.map((name) => ({ name, sha256: 'a'.repeat(64), sizeBytes: 1 })),
});

describe('oneFile', () => {
  it.each<[string[], string | undefined]>([
    [['a'], undefined],
    [['b', 'a'], 'a'],
  ])('of %j with the name %j', (names, name) => {
    expect(oneFile(files(...names), name, 'wikitext').name).toBe('a');
  });

  it.each<[string, string[], string | undefined, string, RegExp]>([
    [
      'several, and no name',
      ['a.txt', 'b.txt'],
      undefined,
      'FILE_AMBIGUOUS',
      /wikitext has 2 files: a\.txt, b\.txt/,
    ],
    [
      'a name that is misspelt',
      ['wiki.test.raw', 'wiki.train.raw'],
      'wiki.tset.raw',
      'FILE_NOT_IN_SOURCE',
      /no file wiki\.tset\.raw \(did you mean wiki\.test\.raw\?\); it has wiki\.test\.raw, wiki\.train\.raw/,
    ],
    [
      'a name without its directory',
      ['texts/wiki.test.raw', 'README.md'],
      'wiki.test.raw',
      'FILE_NOT_IN_SOURCE',
      /did you mean texts\/wiki\.test\.raw\?/,
    ],
    [
      'a name like no other',
      ['README.md'],
      'wiki.test.raw',
      'FILE_NOT_IN_SOURCE',
      /wiki\.test\.raw; it has README\.md/,
    ],
  ])('%s: a coded error', (...[, names, name, code, message]) => {
    expect(() => oneFile(files(...names), name, 'wikitext')).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
    );
  });
});
