import { readableDiff } from './readable-diff.js';

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

  it('shows a text that is new', () => {
    expect(readableDiff('chat_template.jinja', null, 'hello\n')).toContain('+hello');
  });

  it('shows what would act on a terminal as escapes', () => {
    const diff = readableDiff('a\u001b.jinja', 'x\n', 'x\n{{ evil }}\u001b[1A\u001b[2K\u202e\r\n');
    expect(diff).toContain(String.raw`+{{ evil }}\u001b[1A\u001b[2K\u202e\r`);
    expect(diff).toContain(String.raw`+++ b/a\u001b.jinja`);
    expect(diff).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it.each([[5], [20]])(
    'of %i thousand lines that all changed shows the first, and how many more',
    (thousands) => {
      const lines = (word: string) => `same\n${`${word}\n`.repeat(1_000 * thousands)}end\n`;
      const shown = readableDiff('chat_template.jinja', lines('old'), lines('new')).split('\n');
      const more = (1_000 * thousands - 100).toLocaleString('en-US');
      expect(shown.slice(0, 4)).toEqual([
        '--- a/chat_template.jinja',
        '+++ b/chat_template.jinja',
        `@@ -2,${1_000 * thousands} +2,${1_000 * thousands} @@`,
        '-old',
      ]);
      expect(shown.slice(102, 105)).toEqual(['-old', `… and ${more} more removed lines`, '+new']);
      expect(shown.at(-1)).toBe(`… and ${more} more added lines`);
      expect(shown).toHaveLength(205);
    },
  );

  it('is bounded however many parts differ', () => {
    const config = (word: string) =>
      JSON.stringify({ chat_template: Array.from({ length: 400 }, () => ({ template: word })) });
    const shown = readableDiff('tokenizer_config.json', config('a'), config('b')).split('\n');
    expect(shown).toHaveLength(301);
    expect(shown.at(-1)).toBe('… and 1,700 more lines');
  });

  it('shows of a long line where it changes', () => {
    const line = (word: string) => `${'x'.repeat(9_000)}${word}${'y'.repeat(9_000)}\n`;
    expect(readableDiff('a.jinja', line('was'), line('is')).split('\n').slice(3)).toEqual([
      `-(8,960 characters) …${'x'.repeat(40)}was${'y'.repeat(357)}… (8,643 more characters)`,
      `+(8,960 characters) …${'x'.repeat(40)}is${'y'.repeat(358)}… (8,642 more characters)`,
    ]);
  });

  it.each([
    ['null', null],
    ['a list of null', [null]],
    ['a number', 7],
    ['a list of lists', [[['a']], 1, 'text', { name: 3, template: 4 }]],
    ['named templates', [{ name: 'tool', template: 'text' }]],
    [
      'two of one name',
      [
        { name: 'tool', template: 'a' },
        { name: 'tool', template: 'text' },
      ],
    ],
    ['a name that is none', [{ name: null, template: 'text' }]],
    ['templates by name', { default: 'text', other: { template: 'x' } }],
    ['nothing', undefined],
  ])('takes %s for a chat template, and shows every change of it', (_, template) => {
    const before = JSON.stringify({ chat_template: template, a: 1 });
    expect(readableDiff('tokenizer_config.json', before, before)).toBe('');
    for (const other of [
      '{"chat_template":"other","a":1}',
      '{"chat_template":[null,1],"a":1}',
      '[]',
      'null',
      '3',
    ])
      expect(readableDiff('tokenizer_config.json', before, other)).not.toBe('');
    const changed = before.replace('text', 'changed');
    if (changed !== before)
      expect(readableDiff('tokenizer_config.json', before, changed)).toMatch(/^\+.*changed/m);
  });

  it('compares JSON that is nested without end, or that is none, as it is written', () => {
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    expect(readableDiff('config.json', `{"a":${deep}}`, `{"b":${deep}}`)).toContain('+{"b":[[[');
    expect(readableDiff('config.json', '{"a":', '{"b":')).toContain('+{"b":');
  });
});
