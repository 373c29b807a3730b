import { commentsOf, editedJson, markedLine, parseWrittenJson, placeOf } from './json-text.js';

describe('JSON that people write', () => {
  it.each<[string, string, unknown]>([
    ['plain', '{"a":[1]}', { a: [1] }],
    ['a comment to the end of a line', '// mine\n{ "a": 1 } // end\n', { a: 1 }],
    ['a comment in between, and commas behind the last', '{ /* b */ "a": [1, 2,], }', { a: [1, 2] }],
    ['text that looks like a comment', '{"a":"http://x/*y*/",}', { a: 'http://x/*y*/' }],
    ['lines of Windows', '{\r\n// x\r\n"a":1\r\n}\r\n', { a: 1 }],
  ])('%s', (_, text, value) => {
    expect(parseWrittenJson(text)).toEqual({ value });
  });

  it.each<[string, string, object]>([
    ['nothing', '', { line: 1, column: 1, message: 'the file is empty' }],
    ['a comma that is missing', '{\n  "a": 1\n  "b": 2\n}', { line: 3, column: 3, text: '  "b": 2' }],
    ['a colon that is missing', '{\n "name": "M",\n "source" }', { line: 3, column: 11 }],
    ['a name without quotes', '{ a: 1 }', { line: 1, column: 3 }],
    ['an end that is missing', '{\n "a": {', { line: 2, message: 'a } is missing' }],
    ['more than one value', '{}\n{}', { line: 2, column: 1, message: 'the JSON ends in front of this' }],
    ['NaN', '{"a": NaN}', { column: 7, message: 'NaN is no number of JSON' }],
    ['infinity', '{"a":\n -Infinity}', { line: 2, column: 2, message: '-Infinity is no number of JSON' }],
    ['a value of Python', '{"a": True}', { column: 7, hint: 'Write true.' }],
    [
      'single quotes',
      "{'a': 1}",
      { column: 2, message: expect.stringMatching(/^' is no quotation/) as string },
    ],
    ['typographic quotes', '{“a”: 1}', { column: 2, message: expect.stringMatching(/^“/) as string }],
    ['a hexadecimal number', '{"a": 0x10}', { column: 8, hint: expect.stringMatching(/decimal/) as string }],
    ['a bracket too many', '{"a": {}}}\n', { column: 10, hint: expect.stringMatching(/^Remove/) as string }],
    ['an end of a conflict', '{\n "a": 1\n>>>>>>> x\n}', { line: 3, column: 1 }],
    [
      'a common ancestor',
      '{\n||||||| x\n "a": 1}',
      { line: 2, hint: expect.stringMatching(/<<</) as string },
    ],
    [
      'UTF-16',
      '\uFFFD\uFFFD{\0"\0a\0',
      { line: 1, column: 1, message: expect.stringMatching(/UTF-16/) as string },
    ],
    ['UTF-16 without its mark', '{\0"\0', { message: expect.stringMatching(/UTF-16/) as string }],
    [
      'Latin-1',
      '{\n"a": "Mod\uFFFDle"}',
      { line: 2, column: 10, hint: expect.stringMatching(/LATIN1/) as string },
    ],
    ['a number without end', '{"a": 1e999}', { column: 7, message: 'this number is too large' }],
    [
      'a name twice',
      '{ // x\n "a": 1,\n "b": { "a": 2, "a": 3 }, }',
      {
        line: 3,
        column: 17,
        message: '"a" stands here again: it is in the same object at 3:9, and only one of them would count',
      },
    ],
    ['a name twice, once escaped', '{"a":1,"\\u0061":2}', { line: 1, column: 8 }],
    ['a name twice with equal values', '[{"a":1},{"a":1,"b":[],"a":1}]', { column: 24 }],
    ['a comment without end', '{"a": 1} /* x', { message: 'the comment does not end' }],
    ['a conflict', '{\n<<<<<<< HEAD\n"a":1\n}', { line: 2, message: 'a merge conflict is not resolved' }],
    [
      'a byte order mark',
      '\uFEFF{}',
      { line: 1, message: expect.stringMatching(/byte order mark/) as string },
    ],
    ['a text that does not end', '{\n"a": "x\n}', { line: 2, column: 6 }],
    ['a path of Windows', '{"a": "C:\\models"}', { message: expect.stringMatching(/backslash/) as string }],
    ['a depth that nobody writes', '['.repeat(200_000), { line: 1 }],
  ])('is none: %s', (_, text, fault) => {
    expect(parseWrittenJson(text)).toMatchObject({ fault });
  });

  it('has places', () => {
    const text = '// x\n{ "a": {\n  "b": [1,\n   2,] } }';
    expect(placeOf(text, ['a', 'b'])).toEqual({ line: 3, column: 3, text: '  "b": [1,' });
    expect(placeOf(text, ['a', 'b', '1'])).toMatchObject({ line: 4, column: 4 });
    expect(placeOf(text, ['c'])).toBeNull();
  });

  it('is shown with a mark, however long its line is', () => {
    expect(markedLine({ line: 1, column: 3, text: '\ta b' })).toBe('    |  a b\n    |   ^');
    const shown = markedLine({ line: 1, column: 5001, text: `${'x'.repeat(5000)}!${'y'.repeat(5000)}` });
    const [above = '', below = ''] = shown.split('\n');
    expect(above[below.indexOf('^')]).toBe('!');
    expect(shown.length).toBeLessThan(220);
  });
});

describe('an edit', () => {
  const text = `// top
{
  "format": 1, // one
  /* files */
  "files": [
    { "a": 1 }, // first
    { "a": 2 }
  ],
  "gone": true
}
`;

  it.each<[string, object]>([
    ['values', { format: 2, files: [{ a: 1 }, { a: 3 }], gone: true }],
    ['what goes and what comes', { format: 1, files: [{ a: 1 }, { b: 2 }], new: { x: [] } }],
    ['longer lists', { format: 1, files: [{ a: 1 }, { a: 2 }, { a: 3 }], gone: false }],
  ])('changes %s and keeps comments', (_, value) => {
    const edited = editedJson(text, value);
    expect(parseWrittenJson(edited)).toEqual({ value });
    expect(commentsOf(edited)).toEqual(['// top', '// one', '/* files */', '// first']);
  });

  it('that changes nothing leaves the text as it is', () => {
    expect(editedJson(text, { gone: true, files: [{ a: 1 }, { a: 2 }], format: 1 })).toBe(text);
  });
});
