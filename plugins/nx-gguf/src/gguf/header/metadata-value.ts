import type { ByteCursor } from '../byte-cursor.js';
import type { ByteRange } from '../byte-source.js';
import type { HeaderBudget } from './header-budget.js';
import { headerError } from './header-error.js';

/** Type of a scalar of GGUF's metadata. */
export type ScalarType = NumberType | BigintType | 'bool' | 'string';
type NumberType = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';
type BigintType = 'uint64' | 'int64';

/** A scalar of GGUF's metadata; 64-bit integers are bigint. */
export type MetadataScalar = number | bigint | boolean | string;

/**
 * A value of GGUF's metadata, with the place of its bytes. `values` is null for an array too long to hold in
 * memory, or behind so many others that all together are; numbers are kept as bytes and decoded when asked for.
 */
export type MetadataValue = { readonly range: ByteRange } & (
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: BigintType; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | {
      readonly type: 'array';
      readonly itemType: ScalarType;
      readonly length: number;
      readonly values: readonly MetadataScalar[] | null;
    }
);

interface FixedType {
  readonly type: Exclude<ScalarType, 'string'>;
  readonly sizeBytes: number;
  readonly read: (view: DataView, at: number) => MetadataScalar;
}

const arrayId = 9;
const stringId = 8;
const longestString = 16 * 1024 * 1024;
const longestArray = 16 * 1024 * 1024;
const heldItems = 1024;
const heldTextBytes = 1024 * 1024;
const lengthBytes = 8;

const fixedTypes = new Map<number, FixedType>([
  [0, { type: 'uint8', sizeBytes: 1, read: (view, at) => view.getUint8(at) }],
  [1, { type: 'int8', sizeBytes: 1, read: (view, at) => view.getInt8(at) }],
  [2, { type: 'uint16', sizeBytes: 2, read: (view, at) => view.getUint16(at, true) }],
  [3, { type: 'int16', sizeBytes: 2, read: (view, at) => view.getInt16(at, true) }],
  [4, { type: 'uint32', sizeBytes: 4, read: (view, at) => view.getUint32(at, true) }],
  [5, { type: 'int32', sizeBytes: 4, read: (view, at) => view.getInt32(at, true) }],
  [6, { type: 'float32', sizeBytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  [7, { type: 'bool', sizeBytes: 1, read: readBool }],
  [10, { type: 'uint64', sizeBytes: 8, read: (view, at) => view.getBigUint64(at, true) }],
  [11, { type: 'int64', sizeBytes: 8, read: (view, at) => view.getBigInt64(at, true) }],
  [12, { type: 'float64', sizeBytes: 8, read: (view, at) => view.getFloat64(at, true) }],
]);

/**
 * Reads one value of the metadata, from its type on (follows gguf_init_from_reader of ggml/src/gguf.cpp).
 * Arrays of more than 1024 items or 1 MiB of text, or for which the budget has no room, are passed over and
 * described by length and range.
 */
export async function readMetadataValue(cursor: ByteCursor, budget: HeaderBudget): Promise<MetadataValue> {
  const offset = cursor.position();
  await cursor.fill(4);
  const id = cursor.take(4, (view, at) => view.getUint32(at, true));
  const value =
    id === arrayId
      ? await readArray(cursor, budget)
      : { type: typeName(id, offset), value: await readScalar(cursor, id, budget) };
  // The type came from the same table row as the value, which TypeScript cannot see. A copy by spreading would
  // decode the items.
  return Object.assign(value, { range: { offset, length: cursor.position() - offset } }) as MetadataValue;
}

async function readArray(cursor: ByteCursor, budget: HeaderBudget): Promise<object> {
  const offset = cursor.position();
  await cursor.fill(12);
  const id = cursor.take(4, (view, at) => view.getUint32(at, true));
  const itemType = typeName(id, offset);
  const length = cursor.takeSize(longestArray);
  const fixed = fixedTypes.get(id);
  if (fixed === undefined) {
    budget.takeStrings(length, cursor);
    return { type: 'array', itemType, length, values: await readStrings(cursor, length, budget) };
  }
  const bytes = await readFixed(cursor, length * fixed.sizeBytes, length <= heldItems ? budget : null);
  if (bytes === null) return { type: 'array', itemType, length, values: null };
  const decoded = (): MetadataScalar[] => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length }, (_, index) => fixed.read(view, index * fixed.sizeBytes));
  };
  if (itemType === 'bool') decoded();
  return {
    type: 'array',
    itemType,
    length,
    get values() {
      return decoded();
    },
  };
}

async function readFixed(
  cursor: ByteCursor,
  sizeBytes: number,
  budget: HeaderBudget | null,
): Promise<Uint8Array | null> {
  if (budget === null || sizeBytes > budget.roomBytes()) {
    cursor.skip(sizeBytes);
    return null;
  }
  budget.hold(sizeBytes);
  if (!cursor.holds(sizeBytes)) await cursor.fill(sizeBytes);
  return cursor.takeBytes(sizeBytes);
}

// A vocabulary has some hundred thousand strings: what the window holds is passed over without waiting.
async function readStrings(
  cursor: ByteCursor,
  length: number,
  budget: HeaderBudget,
): Promise<readonly string[] | null> {
  const values: string[] = [];
  const roomBytes = length > heldItems ? -1 : Math.min(heldTextBytes, budget.roomBytes());
  let heldBytes = 0;
  for (let index = 0; index < length; index += 1) {
    if (!cursor.holds(lengthBytes)) await cursor.fill(lengthBytes);
    const bytes = cursor.takeSize(longestString);
    heldBytes += bytes + lengthBytes;
    if (heldBytes > roomBytes) {
      cursor.skip(bytes);
    } else {
      if (!cursor.holds(bytes)) await cursor.fill(bytes);
      values.push(cursor.takeText(bytes));
    }
  }
  if (heldBytes > roomBytes) return null;
  budget.hold(heldBytes);
  return values;
}

async function readScalar(cursor: ByteCursor, id: number, budget: HeaderBudget): Promise<MetadataScalar> {
  const fixed = fixedTypes.get(id);
  if (fixed !== undefined) {
    await cursor.fill(fixed.sizeBytes);
    return cursor.take(fixed.sizeBytes, fixed.read);
  }
  await cursor.fill(lengthBytes);
  const bytes = cursor.takeSize(longestString);
  budget.takeText(bytes, cursor);
  await cursor.fill(bytes);
  return cursor.takeText(bytes);
}

function typeName(id: number, offset: number): ScalarType {
  const name = id === stringId ? 'string' : fixedTypes.get(id)?.type;
  if (name === undefined)
    throw headerError(
      'GGUF_METADATA_TYPE',
      `value at byte ${offset} has the type ${id}, which is unknown or not allowed here`,
    );
  return name;
}

function readBool(view: DataView, at: number): boolean {
  const byte = view.getUint8(at);
  if (byte > 1)
    throw headerError(
      'GGUF_METADATA_VALUE',
      `a truth value of the metadata is ${byte}; only 0 and 1 are allowed`,
    );
  return byte === 1;
}
