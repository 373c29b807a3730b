import { changedFiles, fileChangeLine, isReadable } from './lock-diff.js';

const locked = (files: Record<string, string>) => ({
  declared: { type: 'huggingface', repository: 'a/b' } as const,
  commit: '1'.repeat(40),
  files: Object.entries(files).map(([path, digest]) => ({
    path,
    sizeBytes: 1024 * digest.length,
    sha256: digest.repeat(64).slice(0, 64),
  })),
});

describe('changedFiles', () => {
  it('names what was added, removed and changed', () => {
    expect(
      changedFiles(
        locked({ same: 'a', gone: 'b', other: 'c' }),
        locked({ same: 'a', other: 'dd', new: 'e' }),
      ).map(fileChangeLine),
    ).toEqual(['removed gone 1 KiB', 'added   new 1 KiB', 'changed other 1 KiB → 2 KiB']);
  });

  it('calls everything added when nothing was pinned', () => {
    expect(changedFiles(null, locked({ a: 'a', b: 'b' })).map(({ path, before }) => [path, before])).toEqual([
      ['a', null],
      ['b', null],
    ]);
  });
});

it.each([
  ['config.json', true],
  ['tokenizer_config.json', true],
  ['sub/generation_config.json', true],
  ['chat_template.jinja', true],
  ['chat_template.json', true],
  ['tokenizer.json', false],
  ['model.safetensors', false],
  ['README.md', false],
])('%s: %j', (path, expected) => {
  expect(isReadable(path)).toBe(expected);
});
