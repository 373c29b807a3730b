import type { RuleChecks } from '../../core/generated/model.generated.js';
import { tensorTypeByName, type TensorTypeName } from '../../gguf/tensor-type.js';
import { targetTypeProblem } from '../tool/target-types.js';
import { timeProblem } from './pattern-time.js';
import { lowerCasePattern, patternProblem, syntaxProblem, type PatternProblem } from './tensor-pattern.js';

/** One rule: tensors whose name contains a match of `pattern` become `type`. Line and column count from 1. */
export interface TensorTypeRule {
  readonly pattern: string;
  readonly type: TensorTypeName;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with a tensor-type file, and the check that finds it. */
export interface TensorTypeProblem {
  readonly check: keyof RuleChecks;
  readonly code:
    | PatternProblem['code']
    | 'TENSOR_RULE_NO_EQUALS'
    | 'TENSOR_RULE_NO_PATTERN'
    | 'TENSOR_RULE_NO_TYPE'
    | 'TENSOR_RULE_TYPE'
    | 'TENSOR_RULE_SHADOWED';
  readonly message: string;
  readonly line: number;
  /** Lowers the severity that is configured. */
  readonly atMost?: 'warn';
}

/**
 * The rules of a tensor-type file that llama-quantize can use, in order, and everything that is wrong with
 * it.
 */
export interface ParsedTensorTypes {
  readonly rules: readonly TensorTypeRule[];
  readonly problems: readonly TensorTypeProblem[];
}

/** Each of them takes half a second to be found; a file of so many is refused without the rest. */
const mostSlow = 10;

interface Word {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Reads a tensor-type file: `pattern=type` separated by white space, each split at its first '=' (follows
 * parse_tensor_type_file of tools/quantize/quantize.cpp), plus comments, which llama.cpp does not know: a `#`
 * at the start of a line or after white space runs to the end of the line. Patterns come out in lower case,
 * as the tool uses them.
 */
export function parseTensorTypes(text: string): ParsedTensorTypes {
  const rules = new Map<string, TensorTypeRule>();
  const problems: TensorTypeProblem[] = [];
  let slow = 0;
  for (const word of words(text)) {
    const { rule, problem } = parseRule(word, slow < mostSlow);
    if (problem !== null) problems.push({ check: checkOf(problem.code), line: word.line, ...problem });
    if (problem?.code === 'TENSOR_PATTERN_SLOW') slow += 1;
    if (rule === null) continue;
    const first = rules.get(rule.pattern);
    if (first === undefined) rules.set(rule.pattern, rule);
    else problems.push({ check: 'hidden', line: word.line, ...shadowed(rule, first) });
  }
  return { rules: [...rules.values()], problems };
}

/**
 * The text handed to llama-quantize: one `pattern=type` a line, types as llama.cpp spells them. Equal rules
 * give equal text.
 */
export function normalizeTensorTypes(rules: readonly Pick<TensorTypeRule, 'pattern' | 'type'>[]): string {
  return rules.map(({ pattern, type }) => `${pattern}=${type}\n`).join('');
}

// White space is that of C++'s isspace, not JavaScript's \s: a no-break space belongs to the pattern.
function words(text: string): Word[] {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  return lines.flatMap((content, index) => {
    const code = content.replace(/(^|[ \t\v\f\r])#.*$/s, '$1');
    return [...code.matchAll(/[^ \t\v\f\r]+/g)].map((match) => ({
      text: match[0],
      line: index + 1,
      column: match.index + 1,
    }));
  });
}

type Problem = Pick<TensorTypeProblem, 'code' | 'message'>;

function parseRule(
  { text, line, column }: Word,
  isTimed: boolean,
): { rule: TensorTypeRule | null; problem: Problem | null } {
  const refused = (code: Problem['code'], message: string) => ({ rule: null, problem: { code, message } });
  const equals = text.indexOf('=');
  if (equals < 0) return refused('TENSOR_RULE_NO_EQUALS', `'${text}' has no '='`);
  if (equals === 0) return refused('TENSOR_RULE_NO_PATTERN', `'${text}' has no pattern before '='`);
  const pattern = text.slice(0, equals);
  const typeText = text.slice(equals + 1);
  if (typeText === '') return refused('TENSOR_RULE_NO_TYPE', `'${text}' has no type after '='`);
  const type = tensorTypeByName(typeText);
  const typeProblem = targetTypeProblem(typeText);
  if (type === null || typeProblem !== null)
    return refused('TENSOR_RULE_TYPE', `${typeProblem ?? typeText}${splitHint(typeText)}`);
  const lower = lowerCasePattern(pattern);
  const syntax = syntaxProblem(lower);
  const slow = syntax === null && isTimed ? timeProblem(lower, { pattern }) : null;
  return {
    rule: (syntax ?? slow) === null ? { pattern: lower, type: type.name, line, column } : null,
    problem: patternProblem(pattern) ?? slow,
  };
}

function checkOf(code: TensorTypeProblem['code']): keyof RuleChecks {
  if (code === 'TENSOR_PATTERN_CASE') return 'patternCase';
  return code === 'TENSOR_RULE_TYPE' ? 'unknownType' : 'syntax';
}

// A pattern that holds '=' itself, such as a look-ahead, is cut in two by the tool.
function splitHint(type: string): string {
  return type.includes('=') ? "; a rule is split at its first '=', so a pattern cannot hold one" : '';
}

// Saying the same again changes nothing, but it is no longer what decides.
function shadowed(
  rule: TensorTypeRule,
  first: TensorTypeRule,
): Pick<TensorTypeProblem, 'code' | 'message' | 'atMost'> {
  const code = 'TENSOR_RULE_SHADOWED';
  const text = `'${rule.pattern}=${rule.type}'`;
  if (first.type === rule.type)
    return { code, message: `${text} is on line ${first.line} already`, atMost: 'warn' };
  return {
    code,
    message: `${text} never applies: line ${first.line} gives the same pattern the type ${first.type}`,
  };
}
