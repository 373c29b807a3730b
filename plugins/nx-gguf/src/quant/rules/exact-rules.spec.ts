import { exactPattern, exactRule, hasExactRule } from './exact-rules.js';
import { patternProblem } from './tensor-pattern.js';
import { decidingRules, matchedNames } from './rule-matching.js';
import { parseTensorTypes } from './tensor-types.js';

describe('exactRule', () => {
  it.each([
    ['blk.0.attn_v.weight', '^blk\\.0\\.attn_v\\.weight$=q6_k'],
    ['v.Blk=1 x', '^v\\.\\x42lk\\x3d1\\x20x$=q6_k'],
    ['a-b', '^a-b$=q6_k'],
  ])('%s', (name, rule) => {
    expect(exactRule(name, 'q6_K')).toBe(rule);
  });

  it.each(['blk.1.ffn_up.weight', 'A.b', 'a+b(c)[d]{e}^$|\\.*?', 'x=y z'])(
    'matches %p and nothing near it',
    (name) => {
      const [rule] = parseTensorTypes(exactRule(name, 'q8_0')).rules;
      const pattern = new RegExp(rule?.pattern ?? '');
      expect(pattern.test(name)).toBe(true);
      for (const other of [
        `${name}x`,
        `x${name}`,
        name.slice(1),
        name.replace('.', 'x'),
        name.toLowerCase(),
        name.toUpperCase(),
      ])
        expect(pattern.test(other)).toBe(other === name);
    },
  );

  it('says which names it cannot express', () => {
    expect(hasExactRule('blk.0.attn_v.weight')).toBe(true);
    expect(hasExactRule('größe')).toBe(false);
    expect(hasExactRule('a\nb')).toBe(false);
  });
});

describe('exactPattern', () => {
  const names = [
    'blk.1.attn_v.weight',
    'blkx1.attn_v.weight',
    'mm.A.weight',
    'mm.a.weight',
    'a b=c',
    'x(y)[z]{1}',
    'v+w*?|^$\\',
    'dé.f',
    'a-b',
  ];

  it.each(names)('is a good pattern that matches %s and nothing else', (name) => {
    const pattern = exactPattern(name);
    expect(patternProblem(pattern)).toBeNull();
    const { rules, problems } = parseTensorTypes(`${pattern}=q8_0`);
    expect(problems).toEqual([]);
    expect([...decidingRules(rules, matchedNames(names)).keys()]).toEqual([name]);
  });
});
