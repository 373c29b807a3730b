import { GgufError } from '../core/errors.js';
import { tensorTypeByName, type TensorTypeName } from '../gguf/tensor-type.js';
import { targetTypeProblem } from './target-types.js';
import { lowerCasePattern, patternProblem, type PatternProblem } from './tensor-pattern.js';

/** One rule: tensors whose name contains a match of `pattern` become `type`. Line and column count from 1. */
export interface TensorTypeRule {
  readonly pattern: string;
  readonly type: TensorTypeName;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with a tensor-type file. */
export interface TensorTypeProblem {
  readonly code: PatternProblem['code'] | 'TENSOR_RULE_NO_EQUALS' | 'TENSOR_RULE_NO_PATTERN' | 'TENSOR_RULE_NO_TYPE' | 'TENSOR_RULE_TYPE' | 'TENSOR_RULE_SHADOWED';
  readonly message: string;
  readonly line: number;
}

/** The rules of a tensor-type file that are good, in order, and everything that is wrong with it. */
export interface ParsedTensorTypes {
  readonly rules: readonly TensorTypeRule[];
  readonly problems: readonly TensorTypeProblem[];
}

interface Word {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Reads a tensor-type file: `pattern=type` separated by white space, each split at its first '=' (follows
 * parse_tensor_type_file of tools/quantize/quantize.cpp), plus comments, which llama.cpp does not know: a `#` at the
 * start of a line or after white space runs to the end of the line. Patterns come out in lower case, as the tool uses them.
 */
export function parseTensorTypes(text: string): ParsedTensorTypes {
  const rules: TensorTypeRule[] = [];
  const problems: TensorTypeProblem[] = [];
  for (const word of words(text)) {
    const rule = parseRule(word);
    const first = 'code' in rule ? undefined : rules.find(({ pattern }) => pattern === rule.pattern);
    if ('code' in rule) problems.push(rule);
    else if (first === undefined) rules.push(rule);
    else if (first.type !== rule.type) problems.push(shadowed(rule, first));
  }
  return { rules, problems };
}

/** The text handed to llama-quantize: one `pattern=type` a line, types as llama.cpp spells them. Equal rules give equal text. */
export function normalizeTensorTypes(rules: readonly Pick<TensorTypeRule, 'pattern' | 'type'>[]): string {
  return rules.map(({ pattern, type }) => `${pattern}=${type}\n`).join('');
}

/** The rules of a tensor-type file. Throws BAD_TENSOR_TYPES, which lists every problem as `file:line: …`. */
export function requireTensorTypes(text: string, fileName: string): readonly TensorTypeRule[] {
  const { rules, problems } = parseTensorTypes(text);
  if (problems.length === 0) return rules;
  throw new GgufError('BAD_TENSOR_TYPES', problems.map(({ line, message }) => `${fileName}:${line}: ${message}`).join('\n'), {
    hint: "Each rule is 'pattern=type', for example '.*\\.ffn_down\\.weight$=q8_0'; rules are separated by white space.",
  });
}

/** A function that gives the rule deciding a tensor, the first whose pattern is found in its name, or null. */
export function tensorTypeMatcher<Rule extends Pick<TensorTypeRule, 'pattern'>>(rules: readonly Rule[]): (tensor: string) => Rule | null {
  const compiled = rules.map((rule) => ({ rule, expression: new RegExp(rule.pattern) }));
  return (tensor) => compiled.find(({ expression }) => expression.test(tensor))?.rule ?? null;
}

// White space is that of C++'s isspace, not JavaScript's \s: a no-break space belongs to the pattern.
function words(text: string): Word[] {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  return lines.flatMap((content, index) => {
    const code = content.replace(/(^|[ \t\v\f\r])#.*$/s, '$1');
    return [...code.matchAll(/[^ \t\v\f\r]+/g)].map((match) => ({ text: match[0], line: index + 1, column: match.index + 1 }));
  });
}

function parseRule({ text, line, column }: Word): TensorTypeRule | TensorTypeProblem {
  const equals = text.indexOf('=');
  if (equals < 0) return { code: 'TENSOR_RULE_NO_EQUALS', message: `'${text}' has no '='`, line };
  if (equals === 0) return { code: 'TENSOR_RULE_NO_PATTERN', message: `'${text}' has no pattern before '='`, line };
  const pattern = text.slice(0, equals);
  const typeText = text.slice(equals + 1);
  if (typeText === '') return { code: 'TENSOR_RULE_NO_TYPE', message: `'${text}' has no type after '='`, line };
  const type = tensorTypeByName(typeText);
  const typeProblem = targetTypeProblem(typeText);
  if (type === null || typeProblem !== null) return { code: 'TENSOR_RULE_TYPE', message: `${typeProblem ?? typeText}${splitHint(typeText)}`, line };
  const problem = patternProblem(pattern);
  return problem === null ? { pattern: lowerCasePattern(pattern), type: type.name, line, column } : { ...problem, line };
}

// A pattern that holds '=' itself, such as a look-ahead, is cut in two by the tool.
function splitHint(type: string): string {
  return type.includes('=') ? "; a rule is split at its first '=', so a pattern cannot hold one" : '';
}

function shadowed(rule: TensorTypeRule, first: TensorTypeRule): TensorTypeProblem {
  return { code: 'TENSOR_RULE_SHADOWED', message: `'${rule.pattern}=${rule.type}' never applies: line ${first.line} gives the same pattern the type ${first.type}`, line: rule.line };
}
