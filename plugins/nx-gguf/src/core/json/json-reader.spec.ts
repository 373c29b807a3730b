import fc from 'fast-check';
import { canonicalJson, prettyJson, type Json } from './canonical-json.js';
import { isGgufError } from '../errors.js';
import { checkpointLimits, jsonOrNull, readJson } from './json-reader.js';
import { parseWrittenJson } from './json-text.js';
import { parseAs, parseForeign } from '../validate.js';

const nested = (levels: number, [open, inner, close] = ['[', '1', ']']): string =>
  open.repeat(levels) + inner + close.repeat(levels);

describe('JSON from outside', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['no JSON', '{"a": nothing}', 'it is no JSON'],
    ['an end that is missing', '{"a": "', 'it is no JSON'],
    ['nothing', '', 'it is no JSON'],
    ['lists in lists', nested(129), 'it is nested deeper than 128 levels'],
    ['objects in objects', nested(9_000, ['{"a":', '1', '}']), 'it is nested deeper than 128 levels'],
    ['brackets without end', '['.repeat(4 << 20), 'it is nested deeper than 128 levels'],
    [
      'brackets behind texts that end oddly',
      `["\\\\","\\"",${nested(200)}]`,
      'it is nested deeper than 128 levels',
    ],
    ['half of a pair', '{"a":["\\ud800"]}', 'a text in it is no Unicode (half of a surrogate pair)'],
    ['the other half', '"x\\uDC00\\uD800"', 'a text in it is no Unicode (half of a surrogate pair)'],
    ['half of a pair as name', '{"\\udfff":1}', 'a text in it is no Unicode (half of a surrogate pair)'],
    ['half of a pair as it is', '["\ud800"]', 'a text in it is no Unicode (half of a surrogate pair)'],
    ['a number without end', '{"a":1e999}', 'a number in it is too large, or none'],
    ['a name twice', '{"a":{"b":1,"b":2}}', 'a name stands twice in one object of it'],
    ['a name twice, once escaped', '{"a":1,"\\u0061":1}', 'a name stands twice in one object of it'],
    ['the prototype', '{"__proto__":{"step":"x"}}', 'a name in it is "__proto__"'],
    ['the prototype, escaped', '[{"\\u005f_proto__":1}]', 'a name in it is "__proto__"'],
    ['bytes that are no UTF-8', Buffer.from('{"a":"Mod\xe8le"}', 'latin1'), 'it is not in UTF-8'],
    ['a letter that is cut', Buffer.from('"\u00e9"').subarray(0, 2), 'it is not in UTF-8'],
    ['a byte order mark', Buffer.from('\ufeff{}'), 'it is no JSON'],
  ])('%s is not taken', (_, text, problem) => {
    expect(readJson(text)).toMatchObject({ problem });
    expect(jsonOrNull(text)).toBeNull();
  });

  it.each<[string, string]>([
    ['the deepest', nested(128)],
    ['brackets in texts', JSON.stringify({ a: nested(1_000), b: '\\"[[[\\', '[{': '}' })],
    ['commas and colons in texts', JSON.stringify({ ',:,': ':,:', ':': { ':': ',' } })],
    ['both halves of a pair', '"\\ud83d\\ude00\u{1f600}"'],
    ['names that objects have', '{"constructor":1,"toString":{"hasOwnProperty":[]},"":0}'],
    ['equal names in several objects', '[{"a":{"a":1}},{"a":2}]'],
    ['white space', '\t{\r\n "a" : [ ] , "b" : 1e3 }\n'],
  ])('%s are taken as they are', (_, text) => {
    const value: unknown = JSON.parse(text);
    expect(readJson(text)).toEqual({ value });
    expect(readJson(Buffer.from(text))).toEqual({ value });
    expect(parseWrittenJson(text)).toEqual({ value });
  });

  it('is counted before it is parsed', () => {
    const limits = { length: 100, values: 10 };
    const values = 'it has more than 10 values';
    expect(readJson(`[${'[],'.repeat(5)}1]`, limits)).toEqual({ problem: values });
    expect(readJson(`{${'"":0,'.repeat(11)}"":`, limits)).toEqual({ problem: values });
    expect(readJson(`[${'1,'.repeat(9)}1]`, limits)).toHaveProperty('value');
    expect(readJson(`"${'x'.repeat(99)}"`, limits)).toEqual({ problem: 'it is longer than 100 characters' });
    expect(readJson(`[${'[],'.repeat(1_000_000)}1]`)).toEqual({
      problem: 'it has more than 2,000,000 values',
    });
  });

  it('names are data in the files of a checkpoint, and nothing else is', () => {
    const read = readJson('{"__proto__":1,"a":2,"a":3}', checkpointLimits);
    expect(Object.entries((read as { value: object }).value)).toEqual([
      ['__proto__', 1],
      ['a', 3],
    ]);
    expect(readJson(nested(129), checkpointLimits)).toHaveProperty('problem');
    expect(readJson('"\\ud800"', checkpointLimits)).toHaveProperty('problem');
  });

  it('is said to be damaged where a program wrote it', () => {
    expect(() => parseAs('manifest', nested(9_000), 'artifact.json')).toThrow(
      'artifact.json: it is nested deeper than 128 levels',
    );
    expect(parseForeign('manifest', nested(9_000))).toEqual({
      problem: 'it is nested deeper than 128 levels',
    });
  });
});

function failureOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('values without canonical JSON', () => {
  const loop: Json[] = [];
  loop.push(loop);
  let deep: Json = 1;
  for (let level = 0; level < 9_000; level++) deep = [deep];

  it.each<[string, Json, RegExp]>([
    ['9,000 levels', deep, /deeper than 128 levels/],
    ['a value in itself', loop, /deeper than 128 levels/],
    ['half of a pair', { a: '\ud800' }, /no Unicode/],
    ['half of a pair as name', { '\udc00': 1 }, /no Unicode/],
    ['a number that is none', [Number.NaN], /too large, or none/],
    ['a number without end', { a: { b: -Infinity } }, /too large, or none/],
  ])('%s', (_, value, message) => {
    for (const write of [canonicalJson, prettyJson])
      expect(failureOf(() => write(value))).toMatchObject({
        code: 'BAD_JSON',
        message: expect.stringMatching(message) as string,
      });
  });
});

describe('any bytes', () => {
  const settings = { seed: 20_260, numRuns: 300 };
  /** Every reader gives a value that can be hashed, or says why not; nothing else is thrown. */
  const readByAll = (text: string): void => {
    const read = readJson(text);
    if ('value' in read) {
      const canonical = canonicalJson(read.value as Json);
      const again = readJson(canonical);
      expect('value' in again && canonicalJson(again.value as Json)).toBe(canonical);
    }
    const written = parseWrittenJson(text);
    if ('value' in written) canonicalJson(written.value as Json);
    parseForeign('manifest', text);
    for (const kind of ['manifest', 'lock'] as const)
      try {
        parseAs(kind, text, 'x.json');
      } catch (error) {
        if (!isGgufError(error)) throw error;
      }
  };
  const manifest = prettyJson({
    format: 1,
    step: 'quantize',
    actionKey: 'a'.repeat(64),
    files: [{ name: 'a.gguf', sha256: 'b'.repeat(64), sizeBytes: 7 }],
    facts: { text: '\u{1f600}"\\', number: -1.5e-7, list: [null, true, { '': [] }] },
    provenance: { inputs: [{ role: 'model', digest: 'c'.repeat(64) }], toolchain: null, commands: [] },
  });

  it('of any kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readByAll(Buffer.from(bytes).toString('utf8'));
        readJson(bytes);
      }),
      settings,
    );
  });

  it('that look like JSON', () => {
    const piece = fc.oneof(
      fc.constantFrom('[', ']', '{', '}', ',', ':', '"', '\\', 'u0', 'd8', '0', 'e+', '-', '.', ' ', '\n'),
      fc.constantFrom('"a":', '//', '/*', 'null', '\ud800', '[[[[', '1e999'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        readByAll(pieces.join(''));
      }),
      settings,
    );
  });

  it('that are a manifest but for a few', () => {
    const splice = fc.tuple(
      fc.nat(manifest.length),
      fc.nat(12),
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 4 }),
        fc.constantFrom('\\ud800', '"__proto__":1,', '1e999', '[{"a":', '}', ',"step":"x"'),
        fc.nat(400).map((levels) => nested(levels)),
      ),
    );
    fc.assert(
      fc.property(fc.array(splice, { minLength: 1, maxLength: 4 }), (splices) => {
        readByAll(
          splices.reduce(
            (text, [at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone),
            manifest,
          ),
        );
      }),
      settings,
    );
  });

  it('any value of JSON is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 6 }),
        fc.boolean(),
        (value, isIndented) => {
          const text = JSON.stringify(value, null, isIndented ? 2 : 0);
          const read = readJson(text);
          if ('problem' in read) expect(text).toMatch(/"__proto__":/);
          else expect(read.value).toEqual(JSON.parse(text));
        },
      ),
      settings,
    );
  });
});
