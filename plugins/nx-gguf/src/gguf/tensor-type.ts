/** One type of tensor data: `blockElements` values are stored in `blockBytes` bytes. */
export interface TensorType {
  readonly id: number;
  readonly name: TensorTypeName;
  readonly blockElements: number;
  readonly blockBytes: number;
}

// id, name as ggml_type_name prints it, elements and bytes of a block. Ids that are missing were removed from
// GGUF.
const rows = [
  [0, 'f32', 1, 4],
  [1, 'f16', 1, 2],
  [2, 'q4_0', 32, 18],
  [3, 'q4_1', 32, 20],
  [6, 'q5_0', 32, 22],
  [7, 'q5_1', 32, 24],
  [8, 'q8_0', 32, 34],
  [9, 'q8_1', 32, 36],
  [10, 'q2_K', 256, 84],
  [11, 'q3_K', 256, 110],
  [12, 'q4_K', 256, 144],
  [13, 'q5_K', 256, 176],
  [14, 'q6_K', 256, 210],
  [15, 'q8_K', 256, 292],
  [16, 'iq2_xxs', 256, 66],
  [17, 'iq2_xs', 256, 74],
  [18, 'iq3_xxs', 256, 98],
  [19, 'iq1_s', 256, 50],
  [20, 'iq4_nl', 32, 18],
  [21, 'iq3_s', 256, 110],
  [22, 'iq2_s', 256, 82],
  [23, 'iq4_xs', 256, 136],
  [24, 'i8', 1, 1],
  [25, 'i16', 1, 2],
  [26, 'i32', 1, 4],
  [27, 'i64', 1, 8],
  [28, 'f64', 1, 8],
  [29, 'iq1_m', 256, 56],
  [30, 'bf16', 1, 2],
  [34, 'tq1_0', 256, 54],
  [35, 'tq2_0', 256, 66],
  [39, 'mxfp4', 32, 17],
  [40, 'nvfp4', 64, 36],
  [41, 'q1_0', 128, 18],
  [42, 'q2_0', 64, 18],
] as const;

/** A tensor type's name, spelled as llama.cpp prints it (`q4_K`, `iq2_xxs`). */
export type TensorTypeName = (typeof rows)[number][1];

/** Every tensor type of llama.cpp v0.5.0, in order of id (follows `type_traits` of ggml/src/ggml.c). */
export const tensorTypes: readonly TensorType[] = rows.map(([id, name, blockElements, blockBytes]) => ({
  id,
  name,
  blockElements,
  blockBytes,
}));

const byId = new Map(tensorTypes.map((type) => [type.id, type]));
const byName = new Map(tensorTypes.map((type) => [type.name.toLowerCase(), type]));

/** The type with this id in a GGUF file, or null for ids that are unknown or were removed. */
export function tensorTypeById(id: number): TensorType | null {
  return byId.get(id) ?? null;
}

/** The type with this name in any mixture of cases, as llama-quantize accepts it, or null. */
export function tensorTypeByName(name: string): TensorType | null {
  return byName.get(name.toLowerCase()) ?? null;
}

/**
 * Bytes of one row of `elements` values. Throws a RangeError for a row that is not a whole number of blocks.
 */
export function rowSizeBytes(type: TensorType, elements: number): number {
  if (elements % type.blockElements !== 0) {
    throw new RangeError(
      `a row of ${elements} elements is no multiple of the ${type.blockElements}-element blocks of ${type.name}`,
    );
  }
  return (elements / type.blockElements) * type.blockBytes;
}

/**
 * Bytes of a tensor's data; `shape` starts with the row length. Throws a RangeError as `rowSizeBytes` does.
 */
export function tensorSizeBytes(type: TensorType | TensorTypeName, shape: readonly number[]): number {
  const known = typeof type === 'string' ? tensorTypeByName(type) : type;
  if (known === null) throw new RangeError('no such tensor type');
  const [row = 1, ...others] = shape;
  return others.reduce((size, dimension) => size * dimension, rowSizeBytes(known, row));
}
