import { GgufError } from '../../core/errors.js';
import { findFtype, unknownFtype } from './ftypes.js';
import { overrideKvProblem } from './override-kv.js';
import type { QuantizeOptions } from './quantize-args.js';
import { targetTypeProblem } from './target-types.js';

/** One thing wrong with the options of a quantization. */
export interface QuantizeProblem {
  readonly code:
    | 'UNKNOWN_FTYPE'
    | 'BAD_TARGET_TYPE'
    | 'BAD_OVERRIDE_KV'
    | 'OPTIONS_CONFLICT'
    | 'OPTION_IGNORED'
    | 'BAD_VALUE';
  readonly message: string;
}

type Check = (options: QuantizeOptions) => (QuantizeProblem | null)[];

/**
 * All problems of the options: those that llama-quantize would refuse, and those that it would silently
 * ignore or change.
 */
export function checkQuantizeOptions(options: QuantizeOptions): QuantizeProblem[] {
  const checks: readonly Check[] = [names, overrides, weights, ignored, values];
  return checks.flatMap((check) => check(options)).filter((problem) => problem !== null);
}

/** Throws BAD_VARIANT, which lists everything that is wrong with the options of the named variant. */
export function requireQuantizeOptions(options: QuantizeOptions, name: string): void {
  const problems = checkQuantizeOptions(options);
  if (problems.length > 0)
    throw new GgufError('BAD_VARIANT', problems.map(({ message }) => `${name}: ${message}`).join('\n'), {
      hint: optionsHint(problems),
    });
}

/** What to do about problems of a variant's options. */
export function optionsHint(problems: readonly QuantizeProblem[]): string {
  return problems.length > 0 && problems.every(({ message }) => message.startsWith('imatrix '))
    ? 'Set "imatrix": false for the variant, or leave the field out.'
    : 'Correct the variant in model.json.';
}

const names: Check = ({ ftype, outputTensorType, tokenEmbeddingType }) => [
  when(findFtype(ftype) === null, 'UNKNOWN_FTYPE', unknownFtype(ftype)),
  ...Object.entries({ outputTensorType, tokenEmbeddingType }).map(([option, name]) => {
    const problem = name === undefined ? null : targetTypeProblem(name);
    return when(problem !== null, 'BAD_TARGET_TYPE', `${option}: ${problem ?? ''}`);
  }),
];

const overrides: Check = ({ overrideKv = [] }) =>
  overrideKv.map((override) => {
    const problem = overrideKvProblem(override);
    return when(problem !== null, 'BAD_OVERRIDE_KV', problem ?? '');
  });

const weights: Check = ({ imatrixFile, includeWeights = [], excludeWeights = [] }) => [
  when(
    includeWeights.length > 0 && excludeWeights.length > 0,
    'OPTIONS_CONFLICT',
    'includeWeights and excludeWeights cannot be used together',
  ),
  when(
    imatrixFile === undefined && includeWeights.length + excludeWeights.length > 0,
    'OPTION_IGNORED',
    'includeWeights and excludeWeights do nothing without an importance matrix',
  ),
  when(
    [...includeWeights, ...excludeWeights].includes(''),
    'BAD_VALUE',
    'an empty name in includeWeights or excludeWeights stands for every tensor',
  ),
];

const ignored: Check = (options) => {
  const name = findFtype(options.ftype)?.name ?? '';
  const isCopy = name === 'COPY';
  // llama_tensor_get_type asks for rules and mixtures only if the type of the whole file is a quantized one.
  const isPlain = isCopy || ['F32', 'F16', 'BF16'].includes(name);
  return [
    ...(['tensorTypesFile', 'pure'] as const).map((option) =>
      when(
        isPlain && given(options[option]),
        'OPTION_IGNORED',
        `${fieldOf(option)} changes no tensor with ${name}`,
      ),
    ),
    ...(
      [
        'imatrixFile',
        'leaveOutputTensor',
        'outputTensorType',
        'tokenEmbeddingType',
        'allowRequantize',
      ] as const
    ).map((option) =>
      when(
        isCopy && given(options[option]),
        'OPTION_IGNORED',
        `${fieldOf(option)} changes no tensor with COPY`,
      ),
    ),
    when(
      options.leaveOutputTensor === true && options.outputTensorType !== undefined,
      'OPTIONS_CONFLICT',
      'leaveOutputTensor and outputTensorType contradict each other',
    ),
  ];
};

const values: Check = ({ input, output, threads, keepSplit, pruneLayers = [] }) => [
  when(input === '' || output === '', 'BAD_VALUE', 'input and output need a path'),
  when(input === output, 'OPTIONS_CONFLICT', `input and output are the same file: '${input}'`),
  when(
    threads !== undefined && !(Number.isInteger(threads) && threads > 0),
    'BAD_VALUE',
    `threads is ${threads ?? ''}; it must be a positive integer`,
  ),
  when(
    !pruneLayers.every((layer) => Number.isInteger(layer) && layer >= 0),
    'BAD_VALUE',
    'pruneLayers must be layer numbers from 0',
  ),
  // The tool cuts five characters off a name that contains '.gguf' anywhere.
  when(
    keepSplit === true && /\.gguf(?!$)/.test(output),
    'BAD_VALUE',
    `with keepSplit the output may hold '.gguf' only at its end: '${output}'`,
  ),
];

/** What model.json calls an option: there a file is a rule of the recipe, not a path. */
function fieldOf(option: string): string {
  return option.replace(/File$/, '');
}

function given(option: string | boolean | undefined): boolean {
  return option !== undefined && option !== false;
}

function when(isWrong: boolean, code: QuantizeProblem['code'], message: string): QuantizeProblem | null {
  return isWrong ? { code, message } : null;
}
