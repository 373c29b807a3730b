import type { PlannedTensor, QuantizationPlan } from '../../core/generated/plan.generated.js';
import type { Finding } from './finding.js';
import { namesAnd, rowsOf } from './finding-words.js';
import { ruleText } from '../plan/plan-rule.js';
import { decidingRules, matchedNames, namesFound, type MatchedNames } from './rule-matching.js';
import { roleSuggestions } from './rule-suggestion.js';
import type { TensorTypeRule } from './tensor-types.js';

/** A rule with what became of the tensors that it decides, those that it is the first to match. */
interface RuleOutcome {
  rule: TensorTypeRule;
  tensors: readonly PlannedTensor[];
}

/** The tensors that rules are held to, looked at once for all rules. */
interface Held {
  names: MatchedNames;
  hasOutput: boolean;
  isTied: boolean;
  suggest: (pattern: string) => string;
}

/**
 * Everything that keeps rules from being honoured on the tensors of a plan.
 * @throws GgufError `RULE_SLOW`
 */
export function ruleFindings(rules: readonly TensorTypeRule[], plan: QuantizationPlan): Finding[] {
  const names = plan.tensors.map(({ name }) => name);
  const hasOutput = names.includes(outputMatrix);
  const held: Held = {
    names: matchedNames(names),
    hasOutput,
    isTied: names.includes('token_embd.weight') && !hasOutput,
    suggest: roleSuggestions(names),
  };
  const deciding = decidingRules(rules, held.names);
  const decided = new Map<TensorTypeRule, PlannedTensor[]>(rules.map((rule) => [rule, []]));
  for (const tensor of plan.tensors) {
    const rule = deciding.get(tensor.name);
    if (rule !== undefined) decided.get(rule)?.push(tensor);
  }
  return rules.flatMap((rule) => {
    const tensors = decided.get(rule) ?? [];
    if (tensors.length > 0)
      return [
        ...[notQuantized, overruled, unfit].flatMap((check) => check({ rule, tensors })),
        ...noOutput({ rule, tensors }, held),
      ];
    const earlier = namesFound(rule, held.names).map((name) => deciding.get(name) ?? rule);
    return [earlier.length === 0 ? noMatch(rule, held) : hidden(rule, earlier)];
  });
}

function noMatch(rule: TensorTypeRule, { isTied, suggest }: Held): Finding {
  return {
    check: 'noMatch',
    line: rule.line,
    message: `'${ruleText(rule)}' matches no tensor of this model${isTied && meansOutput(rule) ? `, ${tiedWords}` : suggest(rule.pattern)}`,
  };
}

const outputMatrix = 'output.weight';
const outputNames = matchedNames([outputMatrix]);
const tiedWords = 'whose output matrix is token_embd.weight';

function meansOutput(rule: TensorTypeRule): boolean {
  return namesFound(rule, outputNames).length > 0;
}

/**
 * A pattern is searched in names, so one that means the output matrix also matches `attn_output.weight`:
 * where embeddings are tied, that alone.
 */
function noOutput({ rule, tensors }: RuleOutcome, { hasOutput, isTied }: Held): Finding[] {
  if (hasOutput || !meansOutput(rule)) return [];
  if (!tensors.every(({ name }) => name.endsWith(`_${outputMatrix}`))) return [];
  const isMeant = rule.pattern.replace(/^\^?(?:\.\*)?|\$$|\\/g, '') === outputMatrix;
  return [
    {
      check: 'noMatch',
      line: rule.line,
      message: `'${ruleText(rule)}' decides ${namesAnd(tensors)}: there is no ${outputMatrix} in this model${isTied ? `, ${tiedWords}` : ''}`,
      ...(isMeant ? {} : { atMost: 'warn' }),
    },
  ];
}

function hidden(rule: TensorTypeRule, earlier: readonly TensorTypeRule[]): Finding {
  const lines = [...new Set(earlier.map(({ line }) => line))].sort((a, b) => a - b).join(', ');
  const isSame = earlier.every(({ type }) => type === rule.type);
  return {
    check: 'hidden',
    line: rule.line,
    message: `'${ruleText(rule)}' never applies: line ${lines} decides ${earlier.length === 1 ? 'the only tensor' : `all ${earlier.length} tensors`} that it matches${isSame ? ', with the same type' : ''}`,
    ...(isSame ? { atMost: 'warn' } : {}),
  };
}

function notQuantized({ rule, tensors }: RuleOutcome): Finding[] {
  if (!tensors.every(({ because }) => because.kind === 'copied')) return [];
  return [
    {
      check: 'notQuantized',
      line: rule.line,
      message: `'${ruleText(rule)}' changes nothing: llama.cpp never quantizes ${namesAnd(tensors)}`,
    },
  ];
}

function overruled({ rule, tensors }: RuleOutcome): Finding[] {
  const lost = tensors.filter(({ because }) => because.kind === 'option' && because.overruled === rule.line);
  const [example] = lost;
  if (example?.because.kind !== 'option') return [];
  return [
    {
      check: 'overruled',
      line: rule.line,
      message: `'${ruleText(rule)}' loses to --${example.because.option}: ${namesAnd(lost)} becomes ${example.to}`,
      ...(lost.length < tensors.length ? { atMost: 'warn' } : {}),
    },
  ];
}

function unfit({ rule, tensors }: RuleOutcome): Finding[] {
  const fallen = tensors.filter(({ because }) => because.kind === 'fallback');
  const [example] = fallen;
  return example === undefined
    ? []
    : [
        {
          check: 'fallback',
          line: rule.line,
          message: `'${ruleText(rule)}': ${rowsOf(fallen)} do not fit the blocks of ${rule.type}; llama-quantize takes ${example.to}`,
        },
      ];
}
