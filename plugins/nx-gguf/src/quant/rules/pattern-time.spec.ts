import { GgufError } from '../../core/errors.js';
import { timeProblem } from './pattern-time.js';
import { decidingRules, matchedNames, namesFound } from './rule-matching.js';
import { parseTensorTypes } from './tensor-types.js';

describe('the time that a pattern takes', () => {
  it.each([
    '(a+)+$',
    '([a-z]+)*$',
    '(.*)*x$',
    '(\\w+\\.?)+!',
    '^blk\\.0\\.(a|a)*b$',
    '(?:a|aa)+$',
    '(x+x+)+y',
    '^(([a-z])+.)+[A-Z]([a-z])+$'.toLowerCase(),
  ])('is without end for %p, which is told', (pattern) => {
    expect(timeProblem(pattern, { limitMs: 50 })).toEqual({
      code: 'TENSOR_PATTERN_SLOW',
      message: expect.stringContaining(`pattern '${pattern}' tries every way`) as string,
    });
  });

  it.each([
    '.*\\.attn_gate\\.weight$',
    '^blk\\.(\\d+)\\.(ffn_(?:up|down)(?:_exps)?)\\.weight$',
    'blk\\.([0-9]|[1-3][0-9])+\\.attn_(q|k|v)',
    '(attn|ffn)+_.*\\..*eight',
    '^(?:blk\\.\\d+\\.)?output',
    '(a)\\1+',
  ])('is short for %p', (pattern) => {
    expect(timeProblem(pattern, { limitMs: 60_000 })).toBeNull();
  });

  it('is a problem of the file, whose other rules are read', () => {
    const { rules, problems } = parseTensorTypes('attn=q8_0\n(a+)+$=q6_K\n');
    expect(rules.map(({ pattern }) => pattern)).toEqual(['attn']);
    expect(problems).toEqual([
      expect.objectContaining({ code: 'TENSOR_PATTERN_SLOW', check: 'syntax', line: 2 }),
    ]);
  });

  it('is bounded on names that were not tried', () => {
    const names = matchedNames(['output.weight', `q${'7q'.repeat(31)}`]);
    const slow = { pattern: '(q7|7q|q|7)*!$' };
    expect(() => namesFound(slow, names, 50)).toThrow(
      /pattern '\(q7.*not matched with the names of 2 tensors/,
    );
    expect(() => decidingRules([{ pattern: 'none' }, slow], names, 50)).toThrow(GgufError);
  });
});

describe('patterns of any length', () => {
  it('are refused above what C++ takes, and matched below', () => {
    const [long, longest] = ['a'.repeat(30_001), `a|${'b'.repeat(20_000)}`];
    expect(parseTensorTypes(`${long}=q8_0`).problems).toEqual([
      expect.objectContaining({ code: 'TENSOR_PATTERN_NOT_PORTABLE' }),
    ]);
    const { rules } = parseTensorTypes(`${longest}=q8_0`);
    expect(decidingRules(rules, matchedNames(['xax'])).get('xax')).toBe(rules[0]);
  });

  it.each(['('.repeat(29_000), `${'('.repeat(14_000)}${')'.repeat(14_000)}`, '[^'.repeat(1000)])(
    'come to a problem or a rule, never to another error (%#)',
    (pattern) => {
      const { rules, problems } = parseTensorTypes(`${pattern}=q8_0`);
      expect(rules.length + problems.length).toBeGreaterThan(0);
    },
  );

  it('may be many, of which equal ones are told', () => {
    const text = Array.from({ length: 3000 }, (_, index) => `t${index % 2999}=q8_0`).join('\n');
    const { rules, problems } = parseTensorTypes(text);
    expect(rules).toHaveLength(2999);
    expect(problems).toEqual([expect.objectContaining({ code: 'TENSOR_RULE_SHADOWED', line: 3000 })]);
  });
});
