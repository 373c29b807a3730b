import { counted } from '../core/counted.js';
import { GgufError } from '../core/errors.js';

const shardPattern = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/s;
const mostShards = 4096;

/**
 * The names of all files of a split GGUF, when a name is that of one of them (`model-00001-of-00003.gguf`);
 * else the name alone.
 */
export function shardNames(name: string): string[] {
  const [, stem, number, count] = shardPattern.exec(name) ?? [];
  const total = Number(count);
  if (stem === undefined || Number(number) < 1 || Number(number) > total || total === 1 || total > mostShards)
    return [name];
  return Array.from({ length: total }, (_, index) => shardName(stem, index + 1, total));
}

/**
 * The name of a shard as llama.cpp makes it (follows llama_split_path of src/llama.cpp); `number` counts from
 * 1.
 */
export function shardName(stem: string, number: number, total: number): string {
  const five = (value: number): string => String(value).padStart(5, '0');
  return `${stem}-${five(number)}-of-${five(total)}.gguf`;
}

/** The name of a model's only file, or of its n-th when there are more. */
export function shardFileName(stem: string, number: number, total: number): string {
  return total === 1 ? `${stem}.gguf` : shardName(stem, number, total);
}

/**
 * The files that the `count` files of a GGUF are to be compared with, each with its own, when one of them is
 * named.
 * @throws GgufError `SPLIT_DIFFERS` when a split GGUF would meet one that is not split the same way, or one
 *   of a server
 */
export function shardCounterparts(against: string, count: number): string[] {
  if (count === 1) return [against];
  const start = Math.max(against.lastIndexOf('/'), against.lastIndexOf('\\')) + 1;
  const names = shardNames(against.slice(start));
  if (!/^https?:\/\//i.test(against) && names.length === count)
    return names.map((name) => `${against.slice(0, start)}${name}`);
  throw new GgufError(
    'SPLIT_DIFFERS',
    `the result has ${counted(count, 'file')} and ${against} is ${names.length === 1 ? 'one' : `one of ${names.length}`}`,
    {
      hint: 'Name a shard of a GGUF on this machine that is split the same way, or make one file of each with `llama-gguf-split --merge` and compare those with `npx nx-gguf diff`.',
    },
  );
}

/** The GGUF among files, all shards of it in order; or why there is not just one. */
export type OneGguf<F> =
  | { files: F[] }
  | { problem: 'none' }
  | { problem: 'several'; names: string[] }
  | { problem: 'incomplete'; names: string[] };

/**
 * Finds the one GGUF among files. A split one must be there with all its shards: of a part, every number
 * would be wrong.
 */
export function oneGguf<F extends { readonly name: string }>(files: readonly F[]): OneGguf<F> {
  const byName = new Map(files.filter(({ name }) => name.endsWith('.gguf')).map((file) => [file.name, file]));
  const models = new Map([...byName.keys()].map((name) => [shardNames(name)[0] ?? name, shardNames(name)]));
  const [names] = models.values();
  if (names === undefined) return { problem: 'none' };
  if (models.size > 1) return { problem: 'several', names: [...models.keys()] };
  const missing = names.filter((name) => !byName.has(name));
  if (missing.length > 0) return { problem: 'incomplete', names: missing };
  return { files: names.flatMap((name) => byName.get(name) ?? []) };
}

/** The problem, in words that follow the name of a source. */
export function oneGgufProblem(found: Exclude<OneGguf<never>, { files: unknown }>): string {
  if (found.problem === 'none') return 'has no GGUF';
  if (found.problem === 'several')
    return `has ${counted(found.names.length, 'model')}: ${found.names.join(', ')}`;
  return `has a split GGUF without ${found.names.slice(0, 5).join(', ')}${found.names.length > 5 ? `, … (${found.names.length})` : ''}`;
}
