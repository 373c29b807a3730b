import {
  oneGguf,
  oneGgufProblem,
  shardCounterparts,
  shardFileName,
  shardName,
  shardNames,
} from './shards.js';

describe('shardNames', () => {
  it.each([
    ['m.gguf', ['m.gguf']],
    ['m-00001-of-00002.gguf', ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf']],
    [
      'a/m-00003-of-00003.gguf',
      ['a/m-00001-of-00003.gguf', 'a/m-00002-of-00003.gguf', 'a/m-00003-of-00003.gguf'],
    ],
    ['m-00001-of-00001.gguf', ['m-00001-of-00001.gguf']],
    ['m-00004-of-00003.gguf', ['m-00004-of-00003.gguf']],
    ['m-00000-of-00003.gguf', ['m-00000-of-00003.gguf']],
    ['m-00001-of-99999.gguf', ['m-00001-of-99999.gguf']],
    ['m-1-of-3.gguf', ['m-1-of-3.gguf']],
  ])('%s', (name, names) => {
    expect(shardNames(name)).toEqual(names);
  });
});

describe('shardFileName', () => {
  it('numbers files only when there are several; shardName always does', () => {
    expect([shardFileName('m', 1, 1), shardFileName('m', 2, 12), shardName('m', 1, 1)]).toEqual([
      'm.gguf',
      'm-00002-of-00012.gguf',
      'm-00001-of-00001.gguf',
    ]);
  });
});

describe('shardCounterparts', () => {
  it('gives each file its own, and any file the only one', () => {
    expect(shardCounterparts('old/m.gguf', 1)).toEqual(['old/m.gguf']);
    expect(shardCounterparts('old/m-00002-of-00002.gguf', 2)).toEqual([
      'old/m-00001-of-00002.gguf',
      'old/m-00002-of-00002.gguf',
    ]);
  });

  it.each(['old/m.gguf', 'm-00001-of-00003.gguf', 'https://host/m-00001-of-00002.gguf', 'abcdef012345'])(
    'refuses %s for a model of two files',
    (against) => {
      expect(() => shardCounterparts(against, 2)).toThrow(
        expect.objectContaining({ code: 'SPLIT_DIFFERS' }) as Error,
      );
    },
  );
});

describe('oneGguf', () => {
  const files = (...names: string[]) => names.map((name) => ({ name }));

  it.each([
    ['a file', files('README.md', 'm.gguf'), ['m.gguf']],
    [
      'shards in any order',
      files('m-00002-of-00002.gguf', 'm-00001-of-00002.gguf'),
      ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'],
    ],
  ])('takes %s', (_, given, names) => {
    expect(oneGguf(given)).toEqual({ files: files(...names) });
  });

  it.each([
    [files('README.md'), 'has no GGUF'],
    [files('a.gguf', 'b.gguf'), 'has 2 models: a.gguf, b.gguf'],
    [files('m.gguf', 'm-00001-of-00001.gguf'), 'has 2 models: m.gguf, m-00001-of-00001.gguf'],
    [
      files('m-00001-of-00002.gguf', 'm-00001-of-00003.gguf'),
      'has 2 models: m-00001-of-00002.gguf, m-00001-of-00003.gguf',
    ],
    [files('m-00001-of-00003.gguf'), 'has a split GGUF without m-00002-of-00003.gguf, m-00003-of-00003.gguf'],
    [
      files('m-00009-of-00009.gguf'),
      `has a split GGUF without ${[1, 2, 3, 4, 5].map((number) => `m-0000${number}-of-00009.gguf`).join(', ')}, … (8)`,
    ],
  ])('%j %s', (given, words) => {
    const found = oneGguf(given);
    expect('problem' in found ? oneGgufProblem(found) : '').toBe(words);
  });
});
