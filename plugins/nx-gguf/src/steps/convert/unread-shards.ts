import { counted } from '../../core/counted.js';

/** Files of weights in a checkpoint, and what is in them. */
export interface CheckpointShards {
  /** Names of the checkpoint's files. */
  files: readonly string[];
  /** Names of the tensors in each safetensors file, by its name. */
  tensors: ReadonlyMap<string, readonly string[]>;
  /** Files that the index of the weights names; null without an index. */
  indexed: readonly string[] | null;
}

const mostNames = 5;

/**
 * Files of weights that the converter does not read, and tensors that it finds twice. It reads what the index
 * names, else all of `model*.safetensors`, else `pytorch_model*.bin`, in the order of their names, and of equal
 * tensors keeps the last (`index_tensors` in conversion/base.py of llama.cpp v0.5.0).
 */
export function unreadShards({ files, tensors, indexed }: CheckpointShards): string[] {
  const weights = files
    .filter((name) => /^(?:[^/]+\.safetensors|pytorch_model[^/]*\.bin)$/.test(name))
    .sort();
  const safe = weights.filter((name) => /^model.*\.safetensors$/.test(name));
  const read = indexed ?? (safe.length > 0 ? safe : weights.filter((name) => name.endsWith('.bin')));
  const unread = weights.filter((name) => !read.includes(name));
  if (unread.length === weights.length) return [];
  const by =
    indexed === null
      ? 'it takes model*.safetensors, else pytorch_model*.bin'
      : 'their index does not name them';
  return [
    ...(unread.length === 0
      ? []
      : [
          `${counted(unread.length, 'file')} of weights in the checkpoint ${unread.length === 1 ? 'is' : 'are'} not read by the converter (${by}): ${listed(unread)}. Leave out what does not belong to it with "exclude" of the source`,
        ]),
    ...repeated(
      weights.filter((name) => read.includes(name)),
      tensors,
    ),
  ];
}

function repeated(read: readonly string[], tensors: CheckpointShards['tensors']): string[] {
  const places = new Map<string, string[]>();
  for (const file of read)
    for (const name of tensors.get(file) ?? []) places.set(name, [...(places.get(name) ?? []), file]);
  const twice = [...places].filter(([, found]) => found.length > 1);
  const [first] = twice;
  if (first === undefined) return [];
  const [name, found] = first;
  return [
    `${counted(twice.length, 'tensor')} of the checkpoint ${twice.length === 1 ? 'is' : 'are'} in more than one file, such as ${name} in ${listed(found)}: the converter takes the one of the last file, whatever an index says. Leave out the file that does not belong to it with "exclude" of the source`,
  ];
}

function listed(names: readonly string[]): string {
  const rest = names.length - mostNames;
  return `${names.slice(0, mostNames).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
