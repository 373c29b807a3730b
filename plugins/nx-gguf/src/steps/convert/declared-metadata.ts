import { GgufError } from '../../core/errors.js';
import { markedLine, parseWrittenJson, placeOf } from '../../core/json/json-text.js';

/** What a metadata file says, by key of GGUF. */
export type DeclaredMetadata = Readonly<Record<string, unknown>>;

interface Kind {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const text: Kind = {
  expected: 'a text in double quotes',
  holds: (value) => typeof value === 'string',
};
const integer: Kind = {
  expected: 'an integer of 32 bits',
  holds: (value) => Number.isInteger(value) && value === ((value as number) | 0),
};
const decimal: Kind = {
  expected: 'a number',
  holds: (value) => typeof value === 'number' && Number.isFinite(Math.fround(value)),
};
const texts: Kind = {
  expected: 'a list of texts, such as ["…", "…"]',
  holds: (value) => Array.isArray(value) && value.every(text.holds),
};
const origins: Kind = {
  expected: 'a list of objects whose fields are texts, such as [{ "name": "…", "repo_url": "…" }]',
  holds: (value) => Array.isArray(value) && value.every(isOrigin),
};

function isOrigin(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((field) => field === null || text.holds(field));
}

const ofKind = (kind: Kind, names: readonly string[]): (readonly [string, Kind])[] =>
  names.map((name) => [`general.${name}`, kind]);

/**
 * Keys that the converter takes from such a file, and what it can write for them (Metadata of
 * gguf-py/gguf/metadata.py, and the add_… functions of gguf_writer.py, llama.cpp v0.5.0).
 */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ...ofKind(text, ['sampling.sequence']),
  ...ofKind(integer, ['sampling.top_k', 'sampling.penalty_last_n', 'sampling.mirostat']),
  ...ofKind(decimal, [
    ...['sampling.top_p', 'sampling.min_p', 'sampling.xtc_probability', 'sampling.xtc_threshold'],
    ...['sampling.temp', 'sampling.penalty_repeat', 'sampling.mirostat_tau', 'sampling.mirostat_eta'],
  ]),
  ...ofKind(text, [
    ...['name', 'author', 'version', 'organization', 'finetune', 'basename', 'description', 'quantized_by'],
    ...['size_label', 'license.name', 'license.link', 'url', 'doi', 'uuid', 'repo_url'],
    ...['source.url', 'source.doi', 'source.uuid', 'source.repo_url'],
  ]),
  ...ofKind(origins, ['base_models', 'datasets']),
  ...ofKind(texts, ['tags', 'languages']),
]);

/** The keys that the converter takes from a metadata file. */
export const metadataKeys: readonly string[] = [...kinds.keys()];

/**
 * The metadata that a file declares. The converter would end in the middle of its work at a value of another
 * type, or write a text as a list of its letters.
 * @throws GgufError `BAD_MODEL` that lists everything that is wrong, with file and line
 */
export function declaredMetadata(json: string, file: string): DeclaredMetadata {
  const read = parseWrittenJson(json);
  if ('fault' in read) {
    const { fault } = read;
    throw badMetadata([`${file}:${fault.line}:${fault.column}: ${fault.message}\n${markedLine(fault)}`]);
  }
  const { value } = read;
  if (!isObject(value)) throw badMetadata([`${file} is no JSON object`]);
  const problems = Object.entries(value).flatMap(([key, declared]) => {
    const kind = kinds.get(key);
    // `null` stands for a key that is not declared.
    if (kind === undefined || declared === null || kind.holds(declared)) return [];
    const line = placeOf(json, [key])?.line;
    return [`${file}:${line ?? 1}: ${key} is ${shownValue(declared)}; expected ${kind.expected}`];
  });
  if (problems.length > 0) throw badMetadata(problems);
  return value;
}

/** A value in a message, cut where it is long. */
export function shownValue(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 79)}…` : json;
}

function isObject(value: unknown): value is DeclaredMetadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badMetadata(problems: readonly string[]): GgufError {
  return new GgufError('BAD_MODEL', `convert.metadata: ${problems.join('\n')}`, {
    hint: 'The file is an object with keys of GGUF, such as { "general.author": "…", "general.tags": ["…"] }.',
  });
}
