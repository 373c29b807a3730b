import { decidingRules, matchedNames, namesFound } from './rule-matching.js';
import { normalizeTensorTypes, parseTensorTypes } from './tensor-types.js';

const pairs = (text: string) => parseTensorTypes(text).rules.map(({ pattern, type }) => `${pattern}=${type}`);
const problems = (text: string) => parseTensorTypes(text).problems.map(({ code, line }) => `${line} ${code}`);

describe('parseTensorTypes', () => {
  it.each<[string, string, string[]]>([
    ['one rule a line', 'a=q8_0\nb=q6_K\n', ['a=q8_0', 'b=q6_K']],
    ['several rules on a line', 'a=q8_0 b=q6_K\tc=f16', ['a=q8_0', 'b=q6_K', 'c=f16']],
    ['lines that end in CR LF', 'a=q8_0\r\nb=q6_K\r\n', ['a=q8_0', 'b=q6_K']],
    ['a byte order mark', '\uFEFFa=q8_0', ['a=q8_0']],
    ['types in any case', 'a=Q8_0 b=q6_k c=IQ2_XXS', ['a=q8_0', 'b=q6_K', 'c=iq2_xxs']],
    ['patterns in any case, as the tool lower-cases them', 'BLK.0.Attn_V=q8_0', ['blk.0.attn_v=q8_0']],
    ['blank lines and comments', '# why\n\n  # more\na=q8_0 # last a=b\n#', ['a=q8_0']],
    ['a # inside a word, which starts no comment', 'a#b=q8_0', ['a#b=q8_0']],
    ['an empty file', '', []],
  ])('reads %s', (_, text, expected) => {
    expect(pairs(text)).toEqual(expected);
    expect(problems(text)).toEqual([]);
  });

  it('takes the same rule twice as one, and says so', () => {
    const { rules, problems: found } = parseTensorTypes('a=q8_0\nA=Q8_0');
    expect(rules).toHaveLength(1);
    expect(found).toEqual([
      {
        check: 'hidden',
        code: 'TENSOR_RULE_SHADOWED',
        line: 2,
        message: "'a=q8_0' is on line 1 already",
        atMost: 'warn',
      },
    ]);
  });

  it('says where a rule stands', () => {
    expect(parseTensorTypes('# x\n  a=q8_0  b=f16').rules).toEqual([
      { pattern: 'a', type: 'q8_0', line: 2, column: 3 },
      { pattern: 'b', type: 'f16', line: 2, column: 11 },
    ]);
  });

  it.each([
    ['attn_v', '1 TENSOR_RULE_NO_EQUALS'],
    ['=q8_0', '1 TENSOR_RULE_NO_PATTERN'],
    ['a=', '1 TENSOR_RULE_NO_TYPE'],
    ['a=q9_K', '1 TENSOR_RULE_TYPE'],
    ['a=q8_K', '1 TENSOR_RULE_TYPE'],
    ['a(?=b)=q8_0', '1 TENSOR_RULE_TYPE'],
    ['a(=q8_0', '1 TENSOR_PATTERN_INVALID'],
    ['\\D=q8_0', '1 TENSOR_PATTERN_CASE'],
    ['[[:digit:]]=q8_0', '1 TENSOR_PATTERN_NOT_PORTABLE'],
    ['a=q8_0\n\nA=q6_K', '3 TENSOR_RULE_SHADOWED'],
  ])('reports %p', (text, expected) => {
    expect(problems(text)).toEqual([expected]);
  });

  it.each([
    ['a(=q8_0', 'syntax'],
    ['a=q9_K', 'unknownType'],
    ['[A-Z]=q8_0', 'patternCase'],
    ['a=q8_0 a=q6_K', 'hidden'],
  ])('names the check that finds %p', (text, check) => {
    expect(parseTensorTypes(text).problems.map((problem) => problem.check)).toEqual([check]);
  });

  it('keeps a rule that means something else in lower case, as llama-quantize would use it', () => {
    expect(pairs('\\D=q8_0')).toEqual(['\\d=q8_0']);
  });

  it('reports every problem and keeps the good rules', () => {
    const { rules, problems: found } = parseTensorTypes('a=q8_0\nb\nc=q4k\n=x');
    expect(rules).toHaveLength(1);
    expect(found.map(({ line, message }) => `${line} ${message}`)).toEqual([
      "2 'b' has no '='",
      "3 unknown tensor type 'q4k' (did you mean 'q4_K'?)",
      "4 '=x' has no pattern before '='",
    ]);
  });
});

describe('normalizeTensorTypes', () => {
  it('gives equal text for files that mean the same', () => {
    const one = parseTensorTypes('# c\nA=Q8_0   b=q6_k').rules;
    const other = parseTensorTypes('a=q8_0\nB=q6_K # d\n').rules;
    expect(normalizeTensorTypes(one)).toBe('a=q8_0\nb=q6_K\n');
    expect(normalizeTensorTypes(other)).toBe(normalizeTensorTypes(one));
  });

  it('keeps the order, which decides', () => {
    expect(normalizeTensorTypes(parseTensorTypes('b=q8_0 a=q8_0').rules)).toBe('b=q8_0\na=q8_0\n');
  });

  it('reads back to the same rules', () => {
    const text = normalizeTensorTypes(parseTensorTypes('.*\\.attn_qkv\\.weight$=q8_0').rules);
    expect(normalizeTensorTypes(parseTensorTypes(text).rules)).toBe(text);
  });
});

describe('decidingRules', () => {
  const { rules } = parseTensorTypes('attn_v=q8_0 ^blk\\.1\\.=q6_K attn=f16');

  it.each([
    ['blk.0.attn_v.weight', 'q8_0'],
    ['blk.1.attn_v.weight', 'q8_0'],
    ['blk.1.ffn_up.weight', 'q6_K'],
    ['blk.11.ffn_up.weight', undefined],
    ['blk.0.attn_q.weight', 'f16'],
  ])('%s is decided by the first rule found in its name: %s', (tensor, type) => {
    expect(decidingRules(rules, matchedNames([tensor])).get(tensor)?.type).toBe(type);
  });

  it('sees bytes, as the tool does', () => {
    const sees = (pattern: string) => namesFound({ pattern }, matchedNames(['aéb'])).length > 0;
    expect(['a.b', 'a..b', 'é', 'a[é]+b'].map(sees)).toEqual([false, true, true, true]);
  });
});
