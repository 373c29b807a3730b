import { GgufError } from '../../core/errors.js';
import type { ByOption, PlanReason } from '../../core/generated/plan.generated.js';
import { tensorTypeByName, type TensorTypeName } from '../../gguf/tensor-type.js';
import type { DryRun, DryRunTensor } from '../tool/dry-run.js';
import { findFtype } from '../tool/ftypes.js';
import { ruleText, type PlanRule } from './plan-rule.js';
import type { QuantizeOptions } from '../tool/quantize-args.js';
import { decidingRules, matchedNames } from '../rules/rule-matching.js';

/** The options of a variant that decide types. */
export type PlanOptions = Pick<
  QuantizeOptions,
  'ftype' | 'pure' | 'leaveOutputTensor' | 'outputTensorType' | 'tokenEmbeddingType'
>;

/**
 * What a plan is computed from: the rules, the options, and two dry runs, with these rules and without any.
 */
export interface PlanInputs {
  readonly rules: readonly PlanRule[];
  readonly options: PlanOptions;
  readonly actual: DryRun;
  readonly stock: DryRun;
}

interface Situation {
  tensor: DryRunTensor;
  rule: PlanRule | null;
  /** The type that llama-quantize wanted before it fell back, if it did. */
  wanted: TensorTypeName | null;
  stock: TensorTypeName | null;
  options: PlanOptions;
  isTied: boolean;
}

type Explain = (situation: Situation) => PlanReason | null;

/**
 * A function that gives the reason for a tensor's type. Follows llama_tensor_get_type of src/llama-quant.cpp.
 */
export function reasons({ rules, options, actual, stock }: PlanInputs): (tensor: DryRunTensor) => PlanReason {
  // Files that are not quantized as a whole know no rules.
  const names = actual.tensors.map(({ name }) => name);
  const deciding = decidingRules(isQuantizedFtype(options.ftype) ? rules : [], matchedNames(names));
  const wanted = new Map(actual.fallbacks.map((fallback) => [fallback.tensor, fallback.wanted]));
  const stockTypes = new Map(stock.tensors.map(({ name, to }) => [name, to]));
  const isTied = !actual.tensors.some(({ name }) => name === 'output.weight');
  return (tensor) => {
    const situation: Situation = {
      tensor,
      options,
      isTied,
      rule: deciding.get(tensor.name) ?? null,
      wanted: wanted.get(tensor.name) ?? null,
      stock: stockTypes.get(tensor.name) ?? null,
    };
    for (const explain of explanations) {
      const reason = explain(situation);
      if (reason !== null) return reason;
    }
    throw disagreement(situation);
  };
}

const onlyCopied: Explain = ({ options }) =>
  findFtype(options.ftype)?.name === 'COPY' ? { kind: 'copied', why: 'only copied' } : null;

const byOption: Explain = (situation) => {
  const option = decidingOption(situation);
  if (option === null) return null;
  const { rule, tensor } = situation;
  return {
    kind: 'option',
    option,
    ...(rule?.line == null || rule.type === tensor.to ? {} : { overruled: rule.line }),
  };
};

const byRule: Explain = ({ tensor, rule, wanted }) => {
  if (rule === null) return null;
  if (wanted === rule.type)
    return { kind: 'fallback', wanted, ...(rule.line === null ? {} : { line: rule.line }) };
  if (tensor.to === rule.type)
    return rule.line === null
      ? { kind: 'pin', rule: ruleText(rule) }
      : { kind: 'rule', rule: ruleText(rule), line: rule.line };
  return tensor.to === tensor.from
    ? { kind: 'copied', why: 'not quantizable', ...(rule.line === null ? {} : { ignored: rule.line }) }
    : null;
};

const unnamed: Explain = ({ tensor: { from, to }, rule, wanted, stock, options }) => {
  if (rule !== null) return null;
  if (stock !== null && stock !== to) return { kind: 'side-effect', stock };
  if (wanted !== null) return { kind: 'fallback', wanted };
  if (to === from)
    return {
      kind: 'copied',
      why: couldBeChosen(to, options.ftype) ? 'has the type already' : 'not quantizable',
    };
  return options.pure === true ? { kind: 'option', option: 'pure' } : { kind: 'default' };
};

const explanations: readonly Explain[] = [onlyCopied, byOption, byRule, unnamed];

function decidingOption({ tensor, rule, options, isTied }: Situation): ByOption['option'] | null {
  const isOutput = tensor.name === 'output.weight';
  if (isOutput && options.leaveOutputTensor === true)
    return tensor.to === tensor.from ? 'leave-output-tensor' : null;
  if (isOutput) return decides(options.outputTensorType, tensor) ? 'output-tensor-type' : null;
  const isPerLayer = tensor.name === 'per_layer_token_embd.weight';
  if (tensor.name !== 'token_embd.weight' && !isPerLayer) return null;
  if (options.tokenEmbeddingType !== undefined)
    return (!isPerLayer || rule === null) && decides(options.tokenEmbeddingType, tensor)
      ? 'token-embedding-type'
      : null;
  // Tied embeddings are the output matrix too, but here a rule and --pure go first.
  const asOutput = isTied && rule === null && options.pure !== true && isQuantizedFtype(options.ftype);
  return asOutput && decides(options.outputTensorType, tensor) ? 'output-tensor-type' : null;
}

function decides(type: string | undefined, { to }: DryRunTensor): boolean {
  return type !== undefined && tensorTypeByName(type)?.name === to;
}

/**
 * True unless the type of the whole file is a plain one, for which llama-quantize asks for neither rules nor
 * mixtures.
 */
export function isQuantizedFtype(ftype: string): boolean {
  return !['COPY', 'F32', 'F16', 'BF16'].includes(findFtype(ftype)?.name ?? '');
}

// A mixture gives a type of at most 16 bits to no tensor that it quantizes, except as a fallback, which is
// told apart.
function couldBeChosen(type: TensorTypeName, ftype: string): boolean {
  return isQuantizedFtype(ftype)
    ? !/^(?:b?f\d+|i\d+)$/.test(type)
    : type === findFtype(ftype)?.name.toLowerCase();
}

function disagreement({ tensor, rule }: Situation): GgufError {
  const read = rule === null ? 'no rule matches it' : `the rule '${ruleText(rule)}' matches it first`;
  return new GgufError(
    'PLAN_DISAGREES',
    `${tensor.name}: llama-quantize makes it ${tensor.to}, but as read here ${read}`,
    {
      hint: 'This is a defect of nx-gguf, or another version of llama.cpp; please report it with the tensor-type file.',
    },
  );
}
