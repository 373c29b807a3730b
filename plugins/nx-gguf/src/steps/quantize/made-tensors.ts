import type { Sha256 } from '../../core/digest.js';
import type { ByteRange } from '../../gguf/byte-source.js';
import type { OutputMetadata } from './output-metadata.js';

/**
 * Where a tensor is that this process had made, or will be; `whenThere` waits until the file has that many
 * bytes or gets no more.
 */
export interface MadePlace {
  path: string;
  range: ByteRange;
  whenThere: (sizeBytes: number) => Promise<void>;
}

/**
 * What this process had llama-quantize make of parts of the model: tensors by key, and the metadata of each
 * output.
 */
export interface MadeTensors {
  places: Map<Sha256, MadePlace>;
  metadata: readonly OutputMetadata[];
  runs: number;
}

/** Nothing made yet. */
export function nothingMade(): MadeTensors {
  return { places: new Map(), metadata: [], runs: 0 };
}
