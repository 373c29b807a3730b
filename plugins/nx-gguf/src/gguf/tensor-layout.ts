import { headerError } from './header/header-error.js';
import type { GgufTensor, TensorInfo } from './header/tensor-info.js';

/** Where the data section of a file lies. */
export interface DataSection {
  readonly dataOffset: number;
  readonly alignment: number;
  readonly fileSizeBytes: number;
}

/**
 * Places tensors in the file. Throws unless they are aligned, inside the file, apart from each other, and
 * end to end in the order of the list, which is the only layout that llama.cpp reads (ggml/src/gguf.cpp).
 */
export function placeTensors(infos: readonly TensorInfo[], section: DataSection): GgufTensor[] {
  const { dataOffset, alignment, fileSizeBytes } = section;
  const tensors = infos.map((info) => ({
    ...info,
    range: { offset: dataOffset + info.offset, length: info.sizeBytes },
  }));
  for (const { name, offset, range } of tensors) {
    if (offset % alignment !== 0)
      throw headerError(
        'GGUF_TENSOR_MISALIGNED',
        `tensor '${name}' has the offset ${offset}, no multiple of ${alignment}`,
      );
    if (range.offset + range.length > fileSizeBytes) {
      throw headerError(
        'GGUF_TENSOR_OUTSIDE_FILE',
        `tensor '${name}' ends at byte ${range.offset + range.length}; the file has ${fileSizeBytes} bytes`,
      );
    }
  }
  requireApart(tensors);
  requireEndToEnd(tensors, alignment);
  return tensors;
}

/** The next multiple of `alignment`, without 32-bit arithmetic. */
export function alignedUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

function requireApart(tensors: readonly GgufTensor[]): void {
  let previous: GgufTensor | undefined;
  for (const tensor of tensors.filter(({ sizeBytes }) => sizeBytes > 0).sort((a, b) => a.offset - b.offset)) {
    if (previous !== undefined && tensor.offset < previous.offset + previous.sizeBytes) {
      throw headerError(
        'GGUF_TENSOR_OVERLAP',
        `tensor '${tensor.name}' at offset ${tensor.offset} overlaps tensor '${previous.name}'`,
      );
    }
    previous = tensor;
  }
}

function requireEndToEnd(tensors: readonly GgufTensor[], alignment: number): void {
  let expected = 0;
  for (const { name, offset, sizeBytes } of tensors) {
    if (offset !== expected)
      throw headerError(
        'GGUF_TENSOR_ORDER',
        `tensor '${name}' has the offset ${offset}; ${expected} follows from the tensors before it`,
      );
    expected = alignedUp(offset + sizeBytes, alignment);
  }
}
