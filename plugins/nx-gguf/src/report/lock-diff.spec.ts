import { changedFiles, fileChangeLine, isReadable, readableDiff } from './lock-diff.js';

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

describe('readableDiff', () => {
  it('compares JSON by its fields, however it is written', () => {
    expect(readableDiff('config.json', '{"a":1,"rope_theta":10000}', '{"a":1,"rope_theta":1000000}')).toBe(
      '--- a/config.json\n+++ b/config.json\n@@ -1,4 +1,4 @@\n {\n   "a": 1,\n-  "rope_theta": 10000\n+  "rope_theta": 1000000\n }',
    );
    expect(readableDiff('config.json', '{"a":1}', '{ "a": 1 }\n')).toBe('');
  });

  it('compares chat templates line by line', () => {
    const config = (template: string) => JSON.stringify({ chat_template: template, x: 1 });
    expect(
      readableDiff(
        'tokenizer_config.json',
        config('{% a %}\nhello\n{% b %}'),
        config('{% a %}\ngoodbye\n{% b %}'),
      ),
    ).toBe(
      '--- a/tokenizer_config.json chat_template\n+++ b/tokenizer_config.json chat_template\n@@ -1,3 +1,3 @@\n {% a %}\n-hello\n+goodbye\n {% b %}',
    );
  });

  it('shows a text that is new, and shortens what is long', () => {
    expect(readableDiff('chat_template.jinja', null, 'hello\n')).toContain('+hello');
    expect(
      readableDiff(
        'chat_template.jinja',
        '',
        Array.from({ length: 900 }, (_, line) => `line ${line}\n`).join(''),
      ).split('\n'),
    ).toHaveLength(201);
  });
});
