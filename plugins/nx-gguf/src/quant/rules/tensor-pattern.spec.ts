import { lowerCasePattern, patternProblem } from './tensor-pattern.js';

describe('patternProblem', () => {
  it.each([
    '.*\\.attn_gate\\.weight$',
    '^blk\\.(\\d+)\\.ffn_down\\.weight$',
    'blk\\.[0-9]\\.',
    '[^a-c]x',
    'a|b',
    '(?:a|b)c',
    'x(?!y)',
    'x(?:(?!y)z)*',
    'x[(?!]*',
    '.{1001}',
    '(a{9}){9}b{999}c{999}',
    'a{2,3}',
    'a{2}',
    'a{2,}',
    '(a)\\1',
    '\\d5',
    '[\\d.]+',
    '[\\w-]',
    '[-a]',
    'x]',
    '}',
    '\\_',
    '\\x41',
    '\\u00e9',
    '',
    'UPPER',
    '[AB]',
    '\\[A-Z]',
    '\\\\d',
  ])('accepts %p', (pattern) => {
    expect(patternProblem(pattern)).toBeNull();
  });

  it.each(['ffn(', '*a', '[z-a]', 'a**', 'a{3,1}', '(?:a', '{2}'])(
    'refuses what is no regular expression: %p',
    (pattern) => {
      expect(patternProblem(pattern)?.code).toBe('TENSOR_PATTERN_INVALID');
    },
  );

  it.each(['\\D+', 'a\\S', '[\\W]', '\\\\\\B', '[A-Z]', 'x[0-9A-F]', '[^AB]', '[a-Z]'])(
    'refuses what lower-casing turns into something else: %p',
    (pattern) => {
      expect(patternProblem(pattern)?.code).toBe('TENSOR_PATTERN_CASE');
    },
  );

  // Run through llama-quantize v0.5.0: "Mismatched '(' and ')'", "Number of NFA states exceeds limit".
  it.each([
    ['(?!x)*attn', 'repeats a look-ahead'],
    ['(?!x)?attn', 'repeats a look-ahead'],
    ['a(?!(b))+', 'repeats a look-ahead'],
    ['(?!x){2}', 'repeats a look-ahead'],
    ['attn_v{100000}', 'more often'],
    ['(a{400}){0,400}', 'more often'],
  ])('refuses a repetition that C++ refuses: %p', (pattern, message) => {
    expect(patternProblem(pattern)).toEqual({
      code: 'TENSOR_PATTERN_NOT_PORTABLE',
      message: expect.stringContaining(message) as string,
    });
  });

  // Run through llama-quantize v0.5.0: it refuses all but the POSIX class, the empty class and \k, which it
  // reads differently.
  it.each([
    'a{',
    'a{1',
    '\\8',
    '(a)\\2',
    '(?<=a)b',
    '(?<n>a)',
    'a{,3}',
    '\\x4',
    '\\c',
    '\\u12',
    '[[:alpha:]]',
    '[]a]',
    '[^]',
    '\\k',
    '\\p',
    '\\01',
    '[a-\\d]',
    '[\\w-z]',
  ])('refuses what C++ and JavaScript read differently: %p', (pattern) => {
    expect(patternProblem(pattern)?.code).toBe('TENSOR_PATTERN_NOT_PORTABLE');
  });

  it('is quick for a long pattern', () => {
    expect(patternProblem(`${'[ab]'.repeat(2000)}\\8`)?.code).toBe('TENSOR_PATTERN_NOT_PORTABLE');
  });
});

describe('lowerCasePattern', () => {
  it('changes ASCII letters only, like tolower in the C locale', () => {
    expect(lowerCasePattern('BLK.Ä')).toBe('blk.Ä');
  });
});
