import { GgufError } from '../../core/errors.js';
import { nearestName } from '../../core/suggestion.js';
import type { MetadataValue } from '../../gguf/metadata-value.js';

type Metadata = ReadonlyMap<string, MetadataValue>;
type Declared = Readonly<Record<string, unknown>>;

/** Keys that the converter takes from such a file (gguf-py/gguf/metadata.py of llama.cpp v0.5.0). */
const known = [
  ...[
    'sequence',
    'top_k',
    'top_p',
    'min_p',
    'xtc_probability',
    'xtc_threshold',
    'temp',
    'penalty_last_n',
  ].map((name) => `sampling.${name}`),
  ...['penalty_repeat', 'mirostat', 'mirostat_tau', 'mirostat_eta'].map((name) => `sampling.${name}`),
  ...['name', 'author', 'version', 'organization', 'finetune', 'basename', 'description', 'quantized_by'],
  ...['size_label', 'license.name', 'license.link', 'url', 'doi', 'uuid', 'repo_url'],
  ...[
    'source.url',
    'source.doi',
    'source.uuid',
    'source.repo_url',
    'base_models',
    'datasets',
    'tags',
    'languages',
  ],
].map((name) => `general.${name}`);

/**
 * The metadata that a file declares.
 * @throws GgufError `BAD_MODEL` when it is no JSON object
 */
export function declaredMetadata(text: string, file: string): Declared {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badMetadata(file, `is not valid JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badMetadata(file, 'is no JSON object');
  return value as Declared;
}

/**
 * What a metadata file declares and the converted GGUF does not say: the converter leaves out keys that it does
 * not know, and some that it does, without a word.
 */
export function droppedMetadata(
  declared: Declared,
  found: Metadata,
  modelName: string | undefined,
): string[] {
  return Object.entries(declared).flatMap(([key, value]) => {
    if (key === 'general.name' && modelName !== undefined && value !== modelName)
      return [`general.name ${shown(value)}: convert.modelName goes before it`];
    return isHonoured(key, value, found) ? [] : [`${key} ${shown(value)}: ${whatHelps(key, found)}`];
  });
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function whatHelps(key: string, found: Metadata): string {
  if (key === 'general.license')
    return 'the converter takes the licence from the front matter of the checkpoint\'s README.md only; that of the card is "card": { "license": … }';
  if (known.includes(key)) return 'the GGUF says something else';
  if (found.has(key)) return 'the converter decides this key itself; a variant can override it (overrideKv)';
  const nearest = nearestName(key, known);
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
      Object.entries((entry ?? {}) as Declared).every(([name, field]) =>
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

function badMetadata(file: string, problem: string, cause?: unknown): GgufError {
  return new GgufError('BAD_MODEL', `convert.metadata: ${file} ${problem}`, {
    cause,
    hint: 'The file is an object with keys of GGUF, such as { "general.author": "…" }.',
  });
}
