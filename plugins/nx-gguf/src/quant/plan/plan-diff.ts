/** A tensor of either side of a comparison. */
export interface TypedTensor {
  readonly name: string;
  readonly to: string;
  readonly sizeBytes: number;
}

/** A tensor whose type or size differs; null where a side does not have it. */
export interface TypeChange {
  readonly name: string;
  readonly before: TypedTensor | null;
  readonly after: TypedTensor | null;
  /** Bytes that the second side has more. */
  readonly changeBytes: number;
}

/**
 * The tensors that differ between two plans, in the order of the second, then those that only the first has.
 */
export function planDifference(before: readonly TypedTensor[], after: readonly TypedTensor[]): TypeChange[] {
  const earlier = new Map(before.map((tensor) => [tensor.name, tensor]));
  const later = new Set(after.map(({ name }) => name));
  const differences = [
    ...after.map((tensor): TypeChange => difference(tensor.name, earlier.get(tensor.name) ?? null, tensor)),
    ...before.filter(({ name }) => !later.has(name)).map((tensor) => difference(tensor.name, tensor, null)),
  ];
  return differences.filter((each) => each.before?.to !== each.after?.to || each.changeBytes !== 0);
}

function difference(name: string, before: TypedTensor | null, after: TypedTensor | null): TypeChange {
  return { name, before, after, changeBytes: (after?.sizeBytes ?? 0) - (before?.sizeBytes ?? 0) };
}
