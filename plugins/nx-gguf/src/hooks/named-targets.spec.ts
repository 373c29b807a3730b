import { isNamed, namesFiles, unmatchedWords } from './named-targets.js';

describe('isNamed', () => {
  it.each([
    ['quantize:Q6_K', ['run', 'tiny:quantize:Q6_K'], true],
    ['quantize:Q6_K', ['run', 'tiny:quantize'], true],
    ['quantize:Q6_K', ['run-many', '-t', 'quantize', 'kld'], true],
    ['quantize:Q6_K', ['run-many', '--targets=kld,quantize'], true],
    ['quantize:Q6_K', ['affected', '-t=quantize'], true],
    ['quantize:Q6_K', ['quantize', 'tiny'], true],
    ['quantize:Q6_K', ['run', 'tiny:card'], false],
    ['quantize:Q6_K', ['run', 'tiny:quantize:Q5_K_M'], false],
    ['quantize:Q6_K', ['run', 'other:quantize:Q6_K'], false],
    ['convert', ['run', 'tiny:quantize'], false],
    ['card', ['run', 'tiny:card'], true],
    ['card', ['run', ':card'], true],
  ])('%s of %j: %s', (target, argv, expected) => {
    expect(isNamed({ project: 'tiny', target }, argv)).toBe(expected);
  });

  it('knows a project by its name without the scope, as Nx does', () => {
    expect(isNamed({ project: '@models/tiny', target: 'card' }, ['run', 'tiny:card'])).toBe(true);
    expect(isNamed({ project: '@models/tiny', target: 'card' }, ['run', 'ny:card'])).toBe(false);
  });
});

describe('with a prefix', () => {
  it.each([
    ['gguf-quantize:Q6_K', ['run', 'tiny:gguf-quantize'], 'gguf-', true],
    ['gguf-quantize:Q6_K', ['run', 'tiny:gguf-quantize:Q6_K'], 'gguf-', true],
    ['gguf:quantize:Q6_K', ['run-many', '-t', 'gguf:quantize'], 'gguf:', true],
    ['gguf-quantize:Q6_K', ['run', 'tiny:quantize'], 'gguf-', false],
  ])('%s of %j: %s %s', (...[target, argv, prefix, expected]) => {
    expect(isNamed({ project: 'tiny', target }, argv, prefix)).toBe(expected);
    expect(namesFiles(argv, prefix)).toBe(true);
  });
});

describe('the words that can name files', () => {
  it.each([
    [['run', 'tiny:quantize:Q6_K'], true],
    [['run-many', '--targets=build,card'], true],
    [['run', 'web:build'], false],
    [['run', 'tiny:kld:Q6_K'], false],
  ])('%j: %s', (argv, expected) => {
    expect(namesFiles(argv)).toBe(expected);
  });

  it('are those left that name nothing known', () => {
    const known = [{ project: 'tiny', target: 'quantize:Q6_K' }];
    expect(unmatchedWords(known, ['run-many', '-t', 'quantize', 'card'])).toEqual(['card']);
    expect(unmatchedWords(known, ['run', 'tiny:quantize:Q4_K_M'])).toEqual(['tiny:quantize:Q4_K_M']);
    expect(unmatchedWords(known, ['run', 'tiny:quantize'])).toEqual([]);
  });
});
