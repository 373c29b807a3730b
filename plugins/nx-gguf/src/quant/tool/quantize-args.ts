import { tensorTypeByName } from '../../gguf/tensor-type.js';
import { findFtype, readsAsFtype } from './ftypes.js';

/**
 * One run of llama-quantize. Paths are handed over as they are, so relative ones keep its output the same
 * everywhere.
 */
export interface QuantizeOptions {
  readonly ftype: string;
  readonly input: string;
  readonly output: string;
  readonly tensorTypesFile?: string;
  readonly imatrixFile?: string;
  /** Use the importance matrix only for tensors whose name contains one of these. */
  readonly includeWeights?: readonly string[];
  /** Do not use the importance matrix for tensors whose name contains one of these. */
  readonly excludeWeights?: readonly string[];
  readonly pure?: boolean;
  readonly leaveOutputTensor?: boolean;
  readonly outputTensorType?: string;
  readonly tokenEmbeddingType?: string;
  /** `KEY=TYPE:VALUE`, as the tool takes them; of two for one key the later wins. */
  readonly overrideKv?: readonly string[];
  readonly pruneLayers?: readonly number[];
  readonly keepSplit?: boolean;
  readonly allowRequantize?: boolean;
  readonly dryRun?: boolean;
  readonly threads?: number;
}

/**
 * The arguments of llama-quantize for options that `checkQuantizeOptions` found good (follows llama_quantize
 * of tools/quantize/quantize.cpp: flags, then input, output, type and threads). Names are in their canonical
 * spelling and pruned layers in order, so equal options give equal arguments.
 */
export function quantizeArgs(options: QuantizeOptions): string[] {
  const { ftype, input, output, threads } = options;
  return [
    ...flag('--allow-requantize', options.allowRequantize),
    ...flag('--leave-output-tensor', options.leaveOutputTensor),
    ...flag('--pure', options.pure),
    ...flag('--keep-split', options.keepSplit),
    ...flag('--dry-run', options.dryRun),
    ...value('--imatrix', options.imatrixFile),
    ...each('--include-weights', options.includeWeights),
    ...each('--exclude-weights', options.excludeWeights),
    ...value('--output-tensor-type', canonicalType(options.outputTensorType)),
    ...value('--token-embedding-type', canonicalType(options.tokenEmbeddingType)),
    ...value('--tensor-type-file', options.tensorTypesFile),
    ...each('--override-kv', options.overrideKv),
    ...value('--prune-layers', layers(options.pruneLayers)),
    pathArgument(input),
    pathArgument(output),
    findFtype(ftype)?.name ?? ftype,
    ...(threads === undefined ? [] : [String(threads)]),
  ];
}

// The tool takes a second path like '7b.gguf' for type 7, and a first path like '--x' for a flag.
function pathArgument(path: string): string {
  return path.startsWith('-') || readsAsFtype(path) ? `./${path}` : path;
}

function canonicalType(name: string | undefined): string | undefined {
  return name === undefined ? undefined : (tensorTypeByName(name)?.name ?? name);
}

function layers(numbers: readonly number[] | undefined): string | undefined {
  return numbers === undefined || numbers.length === 0
    ? undefined
    : [...new Set(numbers)].sort((a, b) => a - b).join(',');
}

function flag(name: string, isSet: boolean | undefined): string[] {
  return isSet === true ? [name] : [];
}

function value(name: string, text: string | undefined): string[] {
  return text === undefined ? [] : [name, text];
}

function each(name: string, texts: readonly string[] = []): string[] {
  return texts.flatMap((text) => [name, text]);
}
