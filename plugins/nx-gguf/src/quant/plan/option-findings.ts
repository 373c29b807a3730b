import { GgufError } from '../../core/errors.js';
import type { Variant } from '../../core/generated/model.generated.js';
import type { PlannedTensor, QuantizationPlan } from '../../core/generated/plan.generated.js';
import { tensorTypeByName } from '../../gguf/tensor-type.js';
import type { Finding } from '../rules/finding.js';
import { findFtype } from '../tool/ftypes.js';
import { namesAnd } from '../rules/finding-words.js';
import { suggestRole } from '../rules/rule-suggestion.js';
import { usesImatrix } from './imatrix-use.js';

/** What a variant declares, the plan that came of it, and what is known of the model and its matrix. */
export interface DeclaredOptions {
  readonly variant: Variant;
  readonly plan: QuantizationPlan;
  /** Numbers of the blocks that the unquantized model has. */
  readonly blocks: readonly number[];
  /** Number of the files of the unquantized model. */
  readonly files: number;
  /** Entries of the importance matrix; null when there is none, or it is not known what it holds. */
  readonly entries: readonly string[] | null;
}

/**
 * Requires leave to quantize what is quantized already: llama-quantize would stop in mid-run.
 * @throws GgufError `QUANTIZE_REQUANTIZES`
 */
export function requireUnquantized(plan: QuantizationPlan, variant: Variant, name: string): void {
  const again = requantized(plan);
  if (again.length === 0 || variant.allowRequantize === true) return;
  const types = [...new Set(again.map(({ from }) => from))].join(', ');
  throw new GgufError(
    'QUANTIZE_REQUANTIZES',
    `${name}: ${namesAnd(again)} of the unquantized model: quantized already (${types})`,
    {
      hint: 'Start from a checkpoint or a GGUF that is not quantized, or set "allowRequantize" of the variant.',
    },
  );
}

type Check = (declared: DeclaredOptions) => Finding[];

/**
 * Options of a variant that llama-quantize takes without a word, and that change nothing of this model
 * (follows llama_tensor_get_type and llama_model_quantize_impl of src/llama-quant.cpp).
 */
export function optionFindings(declared: DeclaredOptions): Finding[] {
  return checks.flatMap((check) => check(declared));
}

const copy: Check = ({ variant: { ftype }, plan: { tensors } }) =>
  findFtype(ftype)?.name === 'COPY' || tensors.length === 0 || tensors.some(({ from, to }) => from !== to)
    ? []
    : [
        noEffect(
          `${ftype} changes no tensor: each has in the unquantized model the type that it would get, and is copied as it is`,
          'warn',
        ),
      ];

const output: Check = ({ variant, plan }) => {
  const matrix = plan.tensors.find(({ name }) => name === 'output.weight');
  if (variant.leaveOutputTensor === true && matrix !== undefined && isTypeOf(variant.ftype, matrix.from))
    return [noEffect(`leaveOutputTensor changes nothing: output.weight is ${matrix.from} already`, 'warn')];
  if (isDecided(plan, 'leave-output-tensor') || variant.leaveOutputTensor !== true) return [];
  return hasOutput(plan)
    ? []
    : [
        noEffect(
          `leaveOutputTensor changes nothing: ${tied(plan)}; a rule '^token_embd\\.weight$=…' or tokenEmbeddingType decides its type`,
        ),
      ];
};

const outputType: Check = ({ variant, plan }) => {
  if (variant.outputTensorType === undefined || isDecided(plan, 'output-tensor-type')) return [];
  if (hasOutput(plan)) return [noEffect('outputTensorType changes nothing: output.weight is not quantized')];
  const embedding = plan.tensors.find(({ name }) => name === 'token_embd.weight');
  return [
    noEffect(
      `outputTensorType ${variant.outputTensorType} changes nothing: ${tied(plan)}${embedding === undefined ? '' : `, which becomes ${embedding.to}: ${winner(embedding, variant)}`}`,
    ),
  ];
};

const embeddingType: Check = ({ variant, plan }) =>
  variant.tokenEmbeddingType === undefined || isDecided(plan, 'token-embedding-type')
    ? []
    : [noEffect('tokenEmbeddingType changes nothing: the model has no token_embd.weight that is quantized')];

const pure: Check = ({ variant, plan }) => {
  if (variant.pure !== true) return [];
  // The one mixture of a quantized type that gives it to every tensor (llama_tensor_get_type_impl).
  if (findFtype(variant.ftype)?.name === 'Q8_0')
    return [noEffect('pure changes nothing: Q8_0 gives every tensor that type without it', 'warn')];
  return isPureSeen(plan)
    ? []
    : [noEffect('pure changes nothing: rules and options decide every tensor that is quantized', 'warn')];
};

function isPureSeen(plan: QuantizationPlan): boolean {
  return plan.tensors.some(({ because: { kind, ...why } }) => kind === 'fallback' || isPure(why));
}

const pruned: Check = ({ variant: { pruneLayers = [] }, blocks }) => {
  const missing = pruneLayers.filter((layer) => !blocks.includes(layer));
  if (missing.length === 0) return [];
  const has = blocks.length === 0 ? 'no layers' : `the layers ${blocks[0] ?? 0} to ${blocks.at(-1) ?? 0}`;
  return [noEffect(`pruneLayers names ${missing.join(', ')}, and the model has ${has}`)];
};

const split: Check = ({ variant, files }) =>
  variant.keepSplit !== true || files > 1
    ? []
    : [noEffect('keepSplit keeps nothing: the unquantized model is one file', 'warn')];

const requantize: Check = ({ variant, plan }) =>
  variant.allowRequantize !== true || requantized(plan).length > 0
    ? []
    : [noEffect('allowRequantize changes nothing: no tensor that is quantized is so already', 'warn')];

const matrix: Check = ({ variant, plan }) =>
  variant.imatrix !== true || plan.tensors.some(takesData)
    ? []
    : [
        noEffect(
          `imatrix changes no weight: ${plan.ftype} gives no tensor a type whose quantizer looks at the matrix`,
          'warn',
        ),
      ];

const weights: Check = ({
  variant: { includeWeights = [], excludeWeights = [], pruneLayers = [] },
  plan,
  entries,
}) => {
  const names = entries ?? plan.tensors.map(({ name }) => name);
  // A tensor after a removed layer has another name than its entry.
  const meant = (part: string) =>
    pruneLayers.length > 0 ? [] : plan.tensors.filter(({ name }) => name.includes(part));
  const isUseless = (part: string): boolean => meant(part).length > 0 && !meant(part).some(takesData);
  const place = entries === null ? 'no tensor of the model' : 'no entry of the importance matrix';
  return Object.entries({ includeWeights, excludeWeights }).flatMap(([option, parts]) =>
    parts.flatMap((part) => {
      if (!names.some((name) => name.includes(part)))
        return [noEffect(`${option}: '${part}' is in the name of ${place}${suggestRole(part, names)}`)];
      const types = [...new Set(meant(part).map(({ to }) => to))].join(', ');
      return isUseless(part)
        ? [
            noEffect(
              `${option}: '${part}' is in the names of tensors (${namesAnd(meant(part))}) that become ${types}, and no matrix has influence on these`,
              'warn',
            ),
          ]
        : [];
    }),
  );
};

const policy: Check = ({ variant }) =>
  variant.sideEffects === undefined || variant.tensorTypes !== undefined
    ? []
    : [noEffect('sideEffects changes nothing: the variant has no tensorTypes', 'warn')];

const checks: readonly Check[] = [
  copy,
  output,
  outputType,
  embeddingType,
  pure,
  pruned,
  split,
  requantize,
  matrix,
  weights,
  policy,
];

function noEffect(message: string, atMost?: 'warn'): Finding {
  return { check: 'noEffect', line: null, message, ...(atMost === undefined ? {} : { atMost }) };
}

function requantized({ tensors }: QuantizationPlan): readonly PlannedTensor[] {
  return tensors.filter(({ from, to }) => from !== to && (tensorTypeByName(from)?.blockElements ?? 1) > 1);
}

function isDecided({ tensors }: QuantizationPlan, option: string): boolean {
  return tensors.some(({ because }) => because.kind === 'option' && because.option === option);
}

/** True when the bytes of a tensor depend on its data in the importance matrix. */
function takesData({ from, to }: PlannedTensor): boolean {
  const known = tensorTypeByName(to);
  return from !== to && known !== null && usesImatrix(known.name);
}

/** True when files of that type hold this type wherever they can. */
function isTypeOf(ftype: string, type: string): boolean {
  return findFtype(ftype)?.name.toLowerCase() === type.toLowerCase();
}

function isPure(why: object): boolean {
  return 'option' in why && why.option === 'pure';
}

function hasOutput({ tensors }: QuantizationPlan): boolean {
  return tensors.some(({ name }) => name === 'output.weight');
}

function tied({ tensors }: QuantizationPlan): string {
  return tensors.some(({ name }) => name === 'token_embd.weight')
    ? 'the model has no output.weight, its output matrix is token_embd.weight'
    : 'the model has no output.weight';
}

/** What goes before outputTensorType for tied embeddings. */
function winner({ because }: PlannedTensor, { pure: isEverywhere, ftype }: Variant): string {
  if (because.kind === 'rule') return `the rule of line ${because.line} goes first`;
  if (because.kind === 'option') return `--${because.option} goes first`;
  if (because.kind === 'fallback' && because.line !== undefined)
    return `the rule of line ${because.line} goes first`;
  if (isEverywhere === true) return '--pure goes first';
  return because.kind === 'pin' ? 'its pinned rule goes first' : `${ftype} asks for no other type there`;
}
