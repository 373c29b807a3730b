import { shardFileName, shardNames } from './shards.js';

describe('shardNames', () => {
  it.each([
    ['m.gguf', ['m.gguf']],
    ['m-00001-of-00002.gguf', ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf']],
    ['a/m-00003-of-00003.gguf', ['a/m-00001-of-00003.gguf', 'a/m-00002-of-00003.gguf', 'a/m-00003-of-00003.gguf']],
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
  it('numbers files only when there are several', () => {
    expect([shardFileName('m', 1, 1), shardFileName('m', 2, 12)]).toEqual(['m.gguf', 'm-00002-of-00012.gguf']);
  });
});
