import { hubLabel, labelFindings, labelWarnings, takenFile, type NamedFile } from './labels.js';

/** The files of variants with these types, of a model. */
function variants(ftypeByName: Readonly<Record<string, string>>, model = 'tiny'): NamedFile[] {
  return Object.entries(ftypeByName).map(([name, ftype]) => ({
    path: `${model}-${name}.gguf`,
    variant: { name, ftype },
  }));
}

describe('hubLabel', () => {
  // The first twelve as in the tests of huggingface.js.
  it.each([
    ['Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf', 'Q4_K_M'],
    ['subdir/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf', 'Q4_K_M'],
    ['Codestral-22B-v0.1-Q2_K.gguf', 'Q2_K'],
    ['Codestral-22B-v0.1.gguf', null],
    ['Codestral-22B-v0.1-F32-Q2_K.gguf', 'Q2_K'],
    ['Codestral-22B-v0.1-IQ3_XS.gguf', 'IQ3_XS'],
    ['Codestral-22B-v0.1-Q4_0_4_4.gguf', 'Q4_0'],
    ['Qwen3-4B-UD-Q2_K_XL.gguf', 'UD-Q2_K_XL'],
    ['tiny-Q4_K_M-plain.gguf', 'Q4_K_M'],
    ['tiny-plain-Q4_K_M.gguf', 'Q4_K_M'],
    ['tiny-q4_k_m.gguf', 'Q4_K_M'],
    ['tiny-Q4_K_M_PLAIN.gguf', 'Q4_K_M_PLAIN'],
    ['tiny-Q2_K_S.gguf', 'Q2_K_S'],
    ['tiny-Q2_K_S_PLAIN.gguf', 'Q2_K_S'],
    ['tiny-Q2_K_PLAIN.gguf', 'Q2_K_PLAIN'],
    ['tiny-BF16.gguf', 'BF16'],
    ['tiny-Q8_0-00001-of-00002.gguf', 'Q8_0'],
    ['tiny-UD-Q4_K_XL-00001-of-00003.gguf', 'UD-Q4_K_XL'],
    ['tiny-Q4_K_M-v2.gguf', 'Q4_K_M'],
    ['tiny-iq4_xs.gguf', 'IQ4_XS'],
    ['mmproj-F16.gguf', 'F16'],
    ['tiny-small.gguf', null],
  ])('%s: %s', (path, label) => {
    expect(hubLabel(path)).toBe(label);
  });
});

describe('takenFile', () => {
  it.each([
    ['Q4_K_M', ['a-Q4_K_M.gguf', 'a-Q4_K_M-plain.gguf'], 'a-Q4_K_M-plain.gguf'],
    ['Q4_K_M', ['a-plain-Q4_K_M.gguf', 'a-Q4_K_M.gguf'], 'a-Q4_K_M.gguf'],
    ['Q4_K_M', ['a-Q4_K_M_PLAIN.gguf', 'a-Q4_K_M.gguf'], 'a-Q4_K_M.gguf'],
    ['q4_k_m', ['a-Q4_K_M.gguf'], 'a-Q4_K_M.gguf'],
    ['F16', ['a-F16.gguf', 'a-BF16.gguf'], 'a-BF16.gguf'],
    ['Q8_0', ['a-Q8_0-00002-of-00002.gguf', 'a-Q8_0-00001-of-00002.gguf'], 'a-Q8_0-00001-of-00002.gguf'],
    ['Q8_0', ['a-imatrix-Q8_0.gguf', 'Q8_0.json', 'mmproj-Q8_0.gguf'], null],
    ['Q8_0', ['a-Q8_0-00002-of-00002.gguf', 'b-Q8_0.gguf'], 'b-Q8_0.gguf'],
    ['Q8_0', ['a-Q8_0-00002-of-00002.gguf'], null],
    ['Q4_K_M', ['a-Q4_K_M-v2.gguf', 'a-Q4_K_M_V2.gguf'], 'a-Q4_K_M-v2.gguf'],
    ['Q4_K_XL', ['a-UD-Q4_K_XL.gguf'], 'a-UD-Q4_K_XL.gguf'],
    ['Q4_XS', ['a-IQ4_XS.gguf'], 'a-IQ4_XS.gguf'],
    ['F16', ['a-MMPROJ-F16.gguf', 'mmproj-F16.gguf'], 'a-MMPROJ-F16.gguf'],
    ['Q6_K', ['a-Q4_K_M.gguf'], null],
  ])('%s of %j', (tag, paths, taken) => {
    expect(takenFile(paths, tag)).toBe(taken);
  });
});

describe('labelFindings', () => {
  it.each<[string, NamedFile[], Record<string, string[]>]>([
    ['types alone', variants({ Q4_K_M: 'Q4_K_M', Q5_K_M: 'Q5_K_M', Q6_K: 'Q6_K', IQ4_XS: 'IQ4_XS' }), {}],
    ['a word behind the type', variants({ Q4_K_M: 'Q4_K_M', Q4_K_M_PLAIN: 'Q4_K_M' }), {}],
    ['a larger mixture', variants({ Q4_K_M: 'Q4_K_M', Q4_K_XL: 'Q4_K_M', 'UD-Q4_K_XL': 'Q4_K_M' }), {}],
    [
      'a hyphen behind the type',
      variants({ Q4_K_M: 'Q4_K_M', 'Q4_K_M-plain': 'Q4_K_M' }),
      {
        Q4_K_M: ['-hf repository:Q4_K_M of llama.cpp takes tiny-Q4_K_M-plain.gguf, not tiny-Q4_K_M.gguf'],
        'Q4_K_M-plain': [
          "the hub's viewer shows tiny-Q4_K_M-plain.gguf as Q4_K_M, like tiny-Q4_K_M.gguf; Q4_K_M_PLAIN would be a label of its own",
        ],
      },
    ],
    [
      'two beside each other of which none has the type alone',
      variants({ 'Q4_K_M-a': 'Q4_K_M', 'b-Q4_K_M': 'Q4_K_M' }),
      {
        'Q4_K_M-a': [
          "the hub's viewer shows tiny-Q4_K_M-a.gguf as Q4_K_M, like tiny-b-Q4_K_M.gguf; Q4_K_M_A would be a label of its own",
        ],
        'b-Q4_K_M': [
          "the hub's viewer shows tiny-b-Q4_K_M.gguf as Q4_K_M, like tiny-Q4_K_M-a.gguf; Q4_K_M_B would be a label of its own",
        ],
      },
    ],
    ['a type by its alias or its number', variants({ Q4_K_M: 'Q4_K', Q8_0: '7', Q6_K: 'q6_k' }), {}],
    [
      'a type whose last part the hub takes for the word',
      variants({ Q2_K_S: 'Q2_K_S', 'Q2_K_S-plain': 'Q2_K_S' }),
      {
        Q2_K_S: ['-hf repository:Q2_K_S of llama.cpp takes tiny-Q2_K_S-plain.gguf, not tiny-Q2_K_S.gguf'],
        'Q2_K_S-plain': [
          "the hub's viewer shows tiny-Q2_K_S-plain.gguf as Q2_K_S, like tiny-Q2_K_S.gguf; Q2_K_PLAIN would be a label of its own",
        ],
      },
    ],
    [
      'no type',
      variants({ small: 'Q4_K_M' }),
      {
        small: [
          "its name has no type: the hub's viewer shows no type for tiny-small.gguf, and Ollama finds it by its whole name only; Q4_K_M_SMALL would have one",
        ],
      },
    ],
    [
      'a type in the name of the model only',
      variants({ small: 'Q4_K_M' }, 'from-Q8_0'),
      {
        small: [
          "its name has no type: the hub's viewer shows from-Q8_0-small.gguf as Q8_0, which stands in the name of the model; Q4_K_M_SMALL would have one",
        ],
      },
    ],
    [
      'another type than the own one',
      variants({ Q8_0: 'Q4_K_M' }),
      { Q8_0: ["the hub's viewer shows tiny-Q8_0.gguf as Q8_0, and its ftype is Q4_K_M"] },
    ],
    [
      'a tag that is the end of another',
      [...variants({ F16: 'F16' }), { path: 'tiny-BF16.gguf' }],
      { F16: ['-hf repository:F16 of llama.cpp takes tiny-BF16.gguf, not tiny-F16.gguf'] },
    ],
    [
      'a type in the name of the model, which is found in all files',
      variants({ Q4_K_M: 'Q4_K_M', Q8_0: 'Q8_0' }, 'from-Q8_0'),
      {
        Q8_0: ['-hf repository:Q8_0 of llama.cpp takes from-Q8_0-Q4_K_M.gguf, not from-Q8_0-Q8_0.gguf'],
      },
    ],
    [
      'a word for which llama.cpp takes no file',
      variants({ 'imatrix-Q4_K_M': 'Q4_K_M' }),
      {
        'imatrix-Q4_K_M': [
          'llama.cpp takes tiny-imatrix-Q4_K_M.gguf for no model, because its name has "imatrix"; -hf never finds it',
        ],
      },
    ],
  ])('%s', (_, files, expected) => {
    const found: Record<string, string[]> = {};
    for (const { variant, message } of labelFindings(files)) (found[variant] ??= []).push(message);
    expect(found).toEqual(expected);
  });
});

describe('labelWarnings', () => {
  const quantize = {
    Q4_K_M: { ftype: 'Q4_K_M' },
    'Q4_K_M-plain': { ftype: 'Q4_K_M' },
    small: { ftype: 'Q2_K' },
  };
  const named = (warnings: readonly string[]) => warnings.map((text) => text.slice(0, text.indexOf(':')));

  it.each<[string, object, string[]]>([
    ['all variants', {}, ['Q4_K_M', 'Q4_K_M-plain', 'small']],
    ['those that are published', { variants: ['Q4_K_M', 'small'] }, ['small']],
    ['none where no variant is published', { files: ['card'] }, []],
  ])('are of %s', (_, publish, expected) => {
    const to = { type: 'directory' as const, path: 'out' };
    expect(named(labelWarnings({ name: 'tiny', quantize, publish: { to, ...publish } }))).toEqual(expected);
  });

  it('are of one variant when it is named', () => {
    expect(named(labelWarnings({ name: 'tiny', quantize }, { variant: 'Q4_K_M-plain' }))).toEqual([
      'Q4_K_M-plain',
    ]);
  });

  it('are of the files that are going to be there, a split one counted once', () => {
    const paths = ['README.md', 'tiny-Q4_K_M-00001-of-00002.gguf', 'tiny-Q4_K_M-00002-of-00002.gguf'];
    expect(labelWarnings({ name: 'tiny', quantize }, { paths })).toEqual([]);
    expect(labelWarnings({ name: 'tiny', quantize }, { paths: [...paths, 'old/other-Q4_K_M.gguf'] })).toEqual(
      [
        'Q4_K_M: -hf repository:Q4_K_M of llama.cpp takes old/other-Q4_K_M.gguf, not tiny-Q4_K_M-00001-of-00002.gguf',
      ],
    );
  });
});
