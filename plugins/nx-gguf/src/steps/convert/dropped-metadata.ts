import { nearestName } from '../../core/suggestion.js';
import type { MetadataValue } from '../../gguf/header/metadata-value.js';
import { metadataKeys, shownValue, type DeclaredMetadata } from './declared-metadata.js';

type Metadata = ReadonlyMap<string, MetadataValue>;

/**
 * What a metadata file declares and the converted GGUF does not say: the converter leaves out keys that it does
 * not know, and some that it does, without a word.
 */
export function droppedMetadata(
  declared: DeclaredMetadata,
  found: Metadata,
  modelName: string | undefined,
): string[] {
  return Object.entries(declared).flatMap(([key, value]) => {
    if (key === 'general.name' && modelName !== undefined && value !== modelName)
      return [`general.name ${shownValue(value)}: convert.modelName goes before it`];
    return isHonoured(key, value, found) ? [] : [`${key} ${shownValue(value)}: ${whatHelps(key, found)}`];
  });
}

function whatHelps(key: string, found: Metadata): string {
  if (key === 'general.license')
    return 'the converter takes the licence from the front matter of the checkpoint\'s README.md only; that of the card is "card": { "license": … }';
  if (metadataKeys.includes(key)) return 'the GGUF says something else';
  if (found.has(key)) return 'the converter decides this key itself; a variant can override it (overrideKv)';
  const nearest = nearestName(key, metadataKeys);
  return `the converter takes no such key${nearest === null ? '' : ` (did you mean ${nearest}?)`}`;
}

/** Lists of models are written as one key for each field of each model. */
const lists: Readonly<Record<string, string>> = {
  'general.base_models': 'general.base_model',
  'general.datasets': 'general.dataset',
};

function isHonoured(key: string, value: unknown, found: Metadata): boolean {
  const list = lists[key];
  if (list === undefined || value === null) return isSame(value, found.get(key));
  if (!Array.isArray(value)) return false;
  return (
    isSame(value.length, found.get(`${list}.count`)) &&
    value.every((entry: unknown, index) =>
      Object.entries((entry ?? {}) as DeclaredMetadata).every(([name, field]) =>
        isSame(field, found.get(`${list}.${index}.${name}`)),
      ),
    )
  );
}

function isSame(value: unknown, found: MetadataValue | undefined): boolean {
  // `null` takes a key out of the GGUF.
  if (value === null) return found === undefined;
  if (found === undefined) return false;
  if (found.type === 'array') {
    if (!Array.isArray(value) || value.length !== found.length) return false;
    return found.values?.every((item, index) => item === value[index]) ?? true;
  }
  if (found.type === 'float32') return Math.fround(Number(value)) === Math.fround(found.value);
  return typeof found.value === 'bigint' ? value === Number(found.value) : value === found.value;
}
