/** Number of values in a tensor of this shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, dimension) => count * dimension, 1);
}

/** Bits that a weight takes on average; 0 where there are none. */
export function bitsPerWeight({ elements, sizeBytes }: { elements: number; sizeBytes: number }): number {
  return elements === 0 ? 0 : (sizeBytes * 8) / elements;
}
