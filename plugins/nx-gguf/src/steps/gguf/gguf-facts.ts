import type { Json } from '../../core/json/canonical-json.js';
import { summarizeGguf } from '../../gguf/summary.js';
import { bitsPerWeight } from '../../gguf/weight-count.js';
import { readGgufFile } from '../../files/gguf-file.js';

/** Facts about a GGUF, or about the shards of one: sizes, bits per weight and the type of every tensor. */
export type GgufFacts = Record<string, Json> & { tensorTypes: Record<string, string> };

/** Facts about a GGUF, or about the shards of one, read from its files. */
export async function ggufFacts(paths: readonly string[]): Promise<GgufFacts> {
  let elements = 0;
  let tensorBytes = 0;
  let architecture: string | null = null;
  const types: Record<string, string> = {};
  for (const path of paths) {
    const header = await readGgufFile(path);
    const summary = summarizeGguf(header);
    elements += summary.elements;
    tensorBytes += summary.tensorBytes;
    const value = header.metadata.get('general.architecture');
    if (architecture === null && value?.type === 'string') architecture = value.value;
    for (const tensor of summary.tensors) types[tensor.name] = tensor.type;
  }
  return {
    architecture,
    elements,
    tensorBytes,
    bitsPerWeight: bitsPerWeight({ elements, sizeBytes: tensorBytes }),
    tensorTypes: types,
  };
}
