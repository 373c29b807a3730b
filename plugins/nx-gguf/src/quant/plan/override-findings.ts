import { counted } from '../../core/counted.js';
import { didYouMean } from '../../core/suggestion.js';
import type { Finding } from '../rules/finding.js';

/** What an override is checked against. */
export interface OverriddenModel {
  /** Types of the model's metadata by key; an array's begins with `array`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly blocks: readonly number[];
  readonly pruneLayers?: readonly number[] | undefined;
  readonly hasImatrix: boolean;
}

const alignmentKey = 'general.alignment';
// llama_model_quantize_impl of src/llama-quant.cpp writes these types, whatever the key had.
const writtenTypes: Readonly<Record<string, string>> = {
  int: 'uint32',
  float: 'float32',
  bool: 'bool',
  str: 'string',
};

/**
 * What becomes of metadata otherwise than the recipe seems to say: overrides that add a key, that another one
 * replaces, or after which llama.cpp cannot load the file, and lists by layer that pruning leaves too long.
 */
export function metadataFindings(overrides: readonly string[], model: OverriddenModel): Finding[] {
  const keys = overrides.map((override) => override.slice(0, override.indexOf('=')));
  return [
    ...overrides.flatMap((override, index) => {
      const key = keys[index] ?? '';
      const type = override.slice(key.length + 1).split(':')[0] ?? '';
      return [
        ...replaced(key, override, { isLast: keys.lastIndexOf(key) === index, model }),
        ...added(key, override, model),
        ...retyped(key, override, { written: writtenTypes[type], model }),
      ];
    }),
    ...prunedLists(model),
  ];
}

/** The finding about a model that llama.cpp does not load with its metadata overridden. */
export function notLoadedFinding(overrides: readonly string[], reason: string): Finding {
  return finding(
    'unloadable',
    `llama.cpp does not load the model with overrideKv ${overrides.map((override) => `'${override}'`).join(', ')}: ${reason}`,
  );
}

function replaced(
  key: string,
  override: string,
  { isLast, model }: { isLast: boolean; model: OverriddenModel },
): Finding[] {
  if (!isLast)
    return [finding('noEffect', `overrideKv '${override}' changes nothing: a later one has the same key`)];
  return model.hasImatrix && toolKeys.has(key)
    ? [
        finding(
          'noEffect',
          `overrideKv '${override}' changes nothing: llama-quantize writes this key itself when it has an importance matrix`,
        ),
      ]
    : [];
}

// llama_quantize of tools/quantize/quantize.cpp appends them to the overrides.
const toolKeys: ReadonlySet<string> = new Set([
  'quantize.imatrix.file',
  'quantize.imatrix.dataset',
  'quantize.imatrix.entries_count',
  'quantize.imatrix.chunks_count',
]);

function added(key: string, override: string, { metadata }: OverriddenModel): Finding[] {
  if (Object.hasOwn(metadata, key) || toolKeys.has(key) || key === alignmentKey) return [];
  return [
    finding(
      'unknownKey',
      `overrideKv '${override}' adds a key that the model does not have${didYouMean(key, Object.keys(metadata))}`,
    ),
  ];
}

function retyped(
  key: string,
  override: string,
  { written, model: { metadata } }: { written: string | undefined; model: OverriddenModel },
): Finding[] {
  const had = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  if (key === alignmentKey && !override.endsWith('=int:32'))
    return [
      finding(
        'unloadable',
        `overrideKv '${override}': llama-quantize writes the data aligned to 32 bytes whatever this key says, so the file could not be read`,
      ),
    ];
  if (had === undefined || written === undefined || had === written) return [];
  return [
    finding(
      'unloadable',
      `overrideKv '${override}' turns ${key} from ${had} into ${written}, and llama.cpp refuses a key of the wrong type`,
    ),
  ];
}

/**
 * Lists with one item for each layer, which llama-quantize copies as they are: llama.cpp then refuses the
 * file ("has wrong array length").
 */
function prunedLists({ metadata, blocks, pruneLayers = [] }: OverriddenModel): Finding[] {
  const left = blocks.filter((block) => !pruneLayers.includes(block)).length;
  if (left === blocks.length) return [];
  if (left === 0) return [finding('unloadable', 'pruneLayers leaves the model without a layer')];
  const lists = Object.entries(metadata).flatMap(([key, type]) =>
    type.startsWith('array') && type.endsWith(` x ${blocks.length}`) && !isByOther(key) ? [key] : [],
  );
  return lists.length === 0
    ? []
    : [
        finding(
          'unloadable',
          `pruneLayers leaves ${left} of ${blocks.length} layers, and ${lists.join(', ')} with ${counted(blocks.length, 'item')}: llama.cpp wants one for each layer and refuses the file`,
        ),
      ];
}

// Arrays that are about something other than layers.
function isByOther(key: string): boolean {
  return /^(?:general|tokenizer|split|quantize)\.|\.rope\.dimension_sections$/.test(key);
}

function finding(check: Finding['check'], message: string): Finding {
  return { check, line: null, message };
}
