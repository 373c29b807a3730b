import type { GgufTensor } from './header/tensor-info.js';
import { bitsPerWeight, elementCount } from './weight-count.js';
import { tensorTypes, type TensorTypeName } from './tensor-type.js';

/**
 * What a GGUF file holds, as plain JSON. Bits per weight count tensor data only, as llama.cpp prints them.
 */
export interface GgufSummary {
  readonly elements: number;
  readonly tensorBytes: number;
  readonly bitsPerWeight: number;
  /** Number of tensors of each type that occurs, in order of type id. */
  readonly tensorsByType: Readonly<Partial<Record<TensorTypeName, number>>>;
  readonly tensors: readonly {
    readonly name: string;
    readonly type: TensorTypeName;
    readonly shape: readonly number[];
  }[];
}

/** The part of a header that can be summed up, also of a file that is not written yet. */
export interface SummedTensors {
  readonly tensors: readonly Pick<GgufTensor, 'name' | 'shape' | 'type' | 'sizeBytes'>[];
}

/** Sums up a header; a file without elements has 0 bits per weight. */
export function summarizeGguf(header: SummedTensors): GgufSummary {
  const elements = sum(header.tensors.map(({ shape }) => elementCount(shape)));
  const tensorBytes = sum(header.tensors.map(({ sizeBytes }) => sizeBytes));
  const counts = tensorTypes.map(
    ({ name }) => [name, header.tensors.filter(({ type }) => type === name).length] as const,
  );
  return {
    elements,
    tensorBytes,
    bitsPerWeight: bitsPerWeight({ elements, sizeBytes: tensorBytes }),
    tensorsByType: Object.fromEntries(counts.filter(([, count]) => count > 0)),
    tensors: header.tensors.map(({ name, type, shape }) => ({ name, type, shape })),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
