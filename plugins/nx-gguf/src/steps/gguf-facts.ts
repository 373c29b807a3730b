import type { Json } from '../core/canonical-json.js';
import type { GgufHeader } from '../gguf/header.js';
import { summarizeGguf, type SummedTensors } from '../gguf/summary.js';
import { readGgufFile } from './gguf-file.js';

/** What is recorded of a GGUF, or of the shards of one. */
export type GgufFacts = Record<string, Json> & { tensorTypes: Record<string, string> };

/** Facts about a GGUF, or about the shards of one: sizes, bits per weight and the type of every tensor. */
export async function ggufFacts(paths: readonly string[]): Promise<GgufFacts> {
  const headers: GgufHeader[] = [];
  for (const path of paths) headers.push(await readGgufFile(path));
  return factsOfHeaders(headers);
}

/** The same facts from headers that are known already. */
export function factsOfHeaders(headers: readonly (Pick<GgufHeader, 'metadata'> & SummedTensors)[]): GgufFacts {
  let elements = 0;
  let tensorBytes = 0;
  let architecture: string | null = null;
  const types: Record<string, string> = {};
  for (const header of headers) {
    const summary = summarizeGguf(header);
    elements += summary.elements;
    tensorBytes += summary.tensorBytes;
    const value = header.metadata.get('general.architecture');
    if (architecture === null && value?.type === 'string') architecture = value.value;
    for (const tensor of summary.tensors) types[tensor.name] = tensor.type;
  }
  return { architecture, elements, tensorBytes, bitsPerWeight: elements === 0 ? 0 : (tensorBytes * 8) / elements, tensorTypes: types };
}
