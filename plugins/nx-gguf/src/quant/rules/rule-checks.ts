import type { PlannedTensor, QuantizationPlan } from '../../core/generated/plan.generated.js';
import type { Finding } from './finding.js';
import { namesAnd, rowsOf } from './finding-words.js';
import { ruleText } from '../plan/plan-rule.js';
import { suggestRole } from './rule-suggestion.js';
import { tensorTypeMatcher, type TensorTypeRule } from './tensor-types.js';

/** A rule with what became of the tensors that it decides, those that it is the first to match. */
interface RuleOutcome {
  rule: TensorTypeRule;
  tensors: readonly PlannedTensor[];
}

/** Everything that keeps rules from being honoured on the tensors of a plan. */
export function ruleFindings(rules: readonly TensorTypeRule[], plan: QuantizationPlan): Finding[] {
  const names = plan.tensors.map(({ name }) => name);
  const first = tensorTypeMatcher(rules);
  const deciding = new Map(plan.tensors.map(({ name }) => [name, first(name)]));
  return rules.flatMap((rule) => {
    const tensors = plan.tensors.filter(({ name }) => deciding.get(name) === rule);
    if (tensors.length > 0)
      return [
        ...[notQuantized, overruled, unfit].flatMap((check) => check({ rule, tensors })),
        ...noOutput({ rule, tensors }, names),
      ];
    const matches = tensorTypeMatcher([rule]);
    const earlier = names.filter((name) => matches(name) !== null).map((name) => deciding.get(name) ?? rule);
    return [earlier.length === 0 ? noMatch(rule, names) : hidden(rule, earlier)];
  });
}

function noMatch(rule: TensorTypeRule, names: readonly string[]): Finding {
  return {
    check: 'noMatch',
    line: rule.line,
    message: `'${ruleText(rule)}' matches no tensor of this model${tensorTypeMatcher([rule])(outputMatrix) !== null && isTied(names) ? `, ${tiedWords}` : suggestRole(rule.pattern, names)}`,
  };
}

const outputMatrix = 'output.weight';
const tiedWords = 'whose output matrix is token_embd.weight';

function isTied(names: readonly string[]): boolean {
  return names.includes('token_embd.weight') && !names.includes(outputMatrix);
}

/**
 * A pattern is searched in names, so one that means the output matrix also matches `attn_output.weight`:
 * where embeddings are tied, that alone.
 */
function noOutput({ rule, tensors }: RuleOutcome, names: readonly string[]): Finding[] {
  if (names.includes(outputMatrix) || tensorTypeMatcher([rule])(outputMatrix) === null) return [];
  if (!tensors.every(({ name }) => name.endsWith(`_${outputMatrix}`))) return [];
  const isMeant = rule.pattern.replace(/^\^?(?:\.\*)?|\$$|\\/g, '') === outputMatrix;
  return [
    {
      check: 'noMatch',
      line: rule.line,
      message: `'${ruleText(rule)}' decides ${namesAnd(tensors)}: there is no ${outputMatrix} in this model${isTied(names) ? `, ${tiedWords}` : ''}`,
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
