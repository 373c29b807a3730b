import { parseAs, validate } from './validate.js';

const model = { name: 'M', source: { type: 'path', path: 'x' } };

describe('validate', () => {
  it('returns a valid value as it is', () => {
    expect(validate('model', model, 'model.json')).toBe(model);
  });

  it('tells of a value that is nested deeper than it can be walked', () => {
    expect(() =>
      parseAs('model', `{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'model.json'),
    ).toThrow(/^model\.json:1:1: it is nested deeper than 128 levels\n/);
  });

  it.each([
    [
      'a missing name',
      { source: model.source },
      /model\.json: the top level: must have required property 'name'/,
    ],
    ['a misspelt property', { ...model, quantise: {} }, /unknown property "quantise"/],
    [
      'an unknown kind of source',
      { ...model, source: { type: 'ftp' } },
      /\/source: "type" is "ftp", which is none of the known kinds/,
    ],
    [
      'a source that lacks a field',
      { ...model, source: { type: 'path' } },
      /\/source: must have required property 'path'/,
    ],
    [
      'a hub that holds a password',
      {
        ...model,
        source: { type: 'huggingface', repository: 'a/b', endpoint: 'https://me:secret@hub.example.org' },
      },
      /\/source\/endpoint: .* must be the address of a hub/,
    ],
    [
      'a git address that is an option',
      { ...model, source: { type: 'git', url: '--upload-pack=touch x' } },
      /\/source\/url/,
    ],
    [
      'a git revision that is an option',
      { ...model, source: { type: 'git', url: 'x', revision: '--exec=x' } },
      /\/source\/revision/,
    ],
    [
      'an address without digest',
      { ...model, source: { type: 'url', url: 'https://example.org/x.zip' } },
      /\/source: must have required property 'sha256'/,
    ],
    [
      'a variant without ftype',
      { ...model, quantize: { Q4: {} } },
      /\/quantize\/Q4: must have required property 'ftype'/,
    ],
    [
      'a variant name that leaves the directory',
      { ...model, quantize: { '../x': { ftype: 'Q4_0' } } },
      /\/quantize: "\.\.\/x" must be a name of 1 to 64 letters/,
    ],
    [
      'a wrong type',
      { ...model, convert: { outtype: 'f64' } },
      /\/convert\/outtype: "f64" is none of "auto", "f32"/,
    ],
    [
      'a path as name',
      { ...model, name: '../x' },
      /\/name: "\.\.\/x" must be a name of .*, e\.g\. "Qwen3\.5-0\.8B"/,
    ],
  ])('names %s', (_, value, message) => {
    expect(() => validate('model', value, 'model.json')).toThrow(message);
  });

  const gated = (gate: object) => ({ ...model, gates: { Q4: gate } });
  const withUnits = 'one of the units B, kB, MB, GB, TB, KiB, MiB, GiB and TiB';

  it.each<[string, object, string]>([
    [
      'a size of an unknown unit',
      gated({ atMost: { size: '43 MBB' } }),
      `/gates/Q4/atMost/size: "43 MBB" must be a whole number of bytes, or a number with ${withUnits}, e.g. "520 MiB"`,
    ],
    [
      'a size that may be a percentage',
      gated({ noWorseThan: { r: { size: true } } }),
      `/gates/Q4/noWorseThan/r/size: true must be a number of bytes, a percentage such as 5%, or a number with ${withUnits}`,
    ],
    [
      'a percentage',
      gated({ noWorseThan: { r: { meanKld: '5 per cent' } } }),
      '/gates/Q4/noWorseThan/r/meanKld: "5 per cent" must be a number that is not negative, or a percentage such as 5%, e.g. "5%"',
    ],
    [
      'a corpus',
      { ...model, evaluation: { corpus: 5 } },
      '/evaluation/corpus: 5 must be the name of a corpus project, or project and file, e.g. "wikitext-2"',
    ],
    [
      'a corpus that lacks its file',
      { ...model, evaluation: { corpus: { project: 'c' } } },
      "/evaluation/corpus: must have required property 'file'",
    ],
    [
      'a digest',
      { ...model, source: { type: 'url', url: 'https://example.org/x.zip', sha256: 'ABC' } },
      '/source/sha256: "ABC" must be a sha256: 64 lower-case hexadecimal digits',
    ],
    [
      'a type of a cache',
      { ...model, bench: { cacheTypeK: 'Q8_0' } },
      '/bench/cacheTypeK: "Q8_0" must be the name of a type as llama-bench takes it, in lower case, such as f16 or q8_0',
    ],
    [
      'a size of parts',
      { ...model, publish: { splitMaxSize: '40 GB' } },
      '/publish/splitMaxSize: "40 GB" must be a whole number of up to six digits with M (10^6 bytes) or G (10^9 bytes) behind it, e.g. "180G"',
    ],
  ])('says once and in words what is taken in place of %s', (_, value, message) => {
    expect(thrown(() => validate('model', value, 'model.json'))).toBe(`model.json: ${message}`);
  });

  it('names every problem at once', () => {
    expect(() => validate('model', { name: 1, sources: 2 }, 'model.json')).toThrow(
      /\/name[\s\S]*"sources"|"sources"[\s\S]*\/name/,
    );
  });

  it('says where JSON is broken', () => {
    expect(() => parseAs('model', '{\n "name": ', 'models/a/model.json')).toThrow(
      /^models\/a\/model\.json:2:\d+: .*\n {4}\| {2}"name": \n {4}\| +\^$/,
    );
  });

  it.each<['model' | 'corpus' | 'toolchain' | 'lock', string]>([
    ['model', '// why\n{ "name": "M", "source": { "type": "path", "path": "x" /* here */ }, }'],
    ['corpus', '{ "source": { "type": "path", "path": "x", }, } // text'],
    ['toolchain', '{ /* ours */ "source": { "type": "binaries", "path": "x" } }'],
    ['lock', '// pinned by hand\n{ "format": 1, }'],
  ])('takes comments and commas behind the last member in the %s', (kind, text) => {
    expect(parseAs(kind, text, 'x')).toEqual(
      JSON.parse(text.replace(/\/\/.*|\/\*.*?\*\//g, '').replace(/,(?=\s*\})/g, '')),
    );
  });

  it('takes none in what a program writes', () => {
    expect(() => parseAs('manifest', '// x\n{}', 'artifact.json')).toThrow(/^artifact\.json: /);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a property',
      { ...model, evaluaton: {} },
      /unknown property "evaluaton" \(did you mean 'evaluation'\?\)/,
    ],
    ['a value', { ...model, convert: { outtype: 'q8-0' } }, /"q8-0" is none of .* \(did you mean 'q8_0'\?\)/],
    [
      'a kind of source',
      { ...model, source: { type: 'ftp' } },
      /none of the known kinds: "path", "command", "huggingface", "git", "url"$/,
    ],
  ])('names what is known in place of %s', (_, value, words) => {
    expect(thrown(() => validate('model', value, 'model.json'))).toMatch(words);
  });

  it('says on which lines of a file that people write something is wrong', () => {
    const text =
      '{\n  "name": "M",\n  "source": { "type": "path", "path": "x" },\n  "quantize": {\n    "Q4": { "ftype": "Q4_0", "pruneLayers": [\n 1,\n -1 ] },\n    "a.b": { "ftype": "Q4_0" }\n  },\n  "qantize": {}\n}';
    const error = thrown(() => parseAs('model', text, 'model.json'));
    expect(error.split('\n').sort()).toEqual([
      `model.json:10:3: the top level: unknown property "qantize" (did you mean 'quantize'?)`,
      'model.json:7:2: /quantize/Q4/pruneLayers/1: must be >= 0',
      expect.stringMatching(/^model\.json:8:5: \/quantize: "a\.b" must be a name/) as string,
    ]);
    expect(thrown(() => parseAs('manifest', '{}', 'artifact.json'))).toContain(
      'artifact.json: the top level',
    );
  });
});

/** The message of what is thrown. */
function thrown(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}

describe('manifest file names', () => {
  const manifest = (name: string) => ({
    format: 1,
    step: 'fetch',
    actionKey: 'a'.repeat(64),
    facts: {},
    provenance: { inputs: [], toolchain: null, commands: [] },
    files: [{ name, sha256: 'b'.repeat(64), sizeBytes: 1 }],
  });

  it.each(['a', 'a/b.txt', '.hidden', 'a..b/c', '..a'])('accepts %j', (name) => {
    expect(() => validate('manifest', manifest(name), 'x')).not.toThrow();
  });

  it.each(['', '/a', '../a', 'a/../b', 'a/..', './a', 'a//b', 'a/', 'C:a', 'a\\b', 'a\u0000'])(
    'refuses %j',
    (name) => {
      expect(() => validate('manifest', manifest(name), 'x')).toThrow(/BAD_MANIFEST|name/);
    },
  );
});

it('a pointer of Git LFS in place of a file is named as that', () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1234\n`;
  for (const kind of ['model', 'corpus', 'lock', 'plan', 'bench'] as const)
    expect(() => parseAs(kind, pointer, `models/m/${kind}.json`)).toThrow(
      expect.objectContaining({
        code: 'LFS_POINTER',
        message: expect.stringMatching(new RegExp(`^models/m/${kind}.json is a pointer`)) as string,
      }) as Error,
    );
});
