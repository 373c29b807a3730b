import { joinedBytes } from '../joined-bytes.js';
import { rowSizeBytes, tensorSizeBytes, tensorTypeByName, type TensorTypeName } from '../tensor-type.js';

/** A metadata entry: a type name of GGUF's and its value; arrays give the type of their items. */
export type TinyValue =
  | readonly [type: string, value: unknown]
  | readonly [type: 'array', itemType: string, values: readonly unknown[]];

/** A tensor; `offset` and `typeId` stand in for what would follow from the rest, to build broken files. */
export interface TinyTensor {
  readonly name: string;
  readonly shape: readonly (number | bigint)[];
  readonly type?: TensorTypeName;
  readonly typeId?: number;
  readonly offset?: number | bigint;
  readonly data?: Uint8Array;
}

/** A GGUF file in a few words; everything has a default. `metadata` is a list, so that keys can repeat. */
export interface TinyGguf {
  readonly magic?: string;
  readonly version?: number;
  readonly bigEndian?: boolean;
  readonly alignment?: number;
  readonly metadata?: readonly (readonly [key: string, ...value: TinyValue])[];
  readonly tensors?: readonly TinyTensor[];
  readonly tensorCount?: bigint;
  readonly keyCount?: bigint;
}

const scalarIds = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
];

/** The bytes of a small GGUF file. */
export function tinyGguf(file: TinyGguf = {}): Uint8Array {
  const { head, data } = parts(file);
  return joinedBytes([head, ...data]);
}

/**
 * The header of a GGUF file and the size that the whole file would have; shapes may be those of a real model.
 */
export function headerOnlyGguf(file: TinyGguf): { header: Uint8Array; sizeBytes: number } {
  const { head, dataBytes } = parts(file, { headerOnly: true });
  return { header: head, sizeBytes: head.length + dataBytes };
}

function parts(
  file: TinyGguf,
  { headerOnly = false } = {},
): { head: Uint8Array; data: Uint8Array[]; dataBytes: number } {
  const { version = 3, alignment = 32, metadata = [], tensors = [], bigEndian = false } = file;
  const header = [
    text(file.magic ?? 'GGUF'),
    integer(version, 4, !bigEndian),
    integer(file.tensorCount ?? BigInt(tensors.length), 8),
    integer(file.keyCount ?? BigInt(metadata.length), 8),
  ];
  for (const [key, ...value] of metadata) header.push(string(key), typed(value));
  const data: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of tensors) {
    const sizeBytes = tensor.data?.length ?? (headerOnly ? realSizeOf(tensor) : sizeOf(tensor));
    header.push(...info(tensor, offset));
    if (!headerOnly)
      data.push(tensor.data ?? new Uint8Array(sizeBytes), new Uint8Array(padding(sizeBytes, alignment)));
    offset += sizeBytes + padding(sizeBytes, alignment);
  }
  const head = joinedBytes(header);
  return {
    head: tensors.length === 0 ? head : joinedBytes([head, new Uint8Array(padding(head.length, alignment))]),
    data,
    dataBytes: offset,
  };
}

function info(tensor: TinyTensor, offset: number): Uint8Array[] {
  const typeId = tensor.typeId ?? tensorTypeByName(tensor.type ?? 'f32')?.id ?? 0;
  return [
    string(tensor.name),
    integer(tensor.shape.length, 4),
    ...tensor.shape.map((size) => integer(size, 8)),
    integer(typeId, 4),
    integer(tensor.offset ?? offset, 8),
  ];
}

function realSizeOf({ shape, type = 'f32' }: TinyTensor): number {
  const found = tensorTypeByName(type);
  return found === null ? 0 : tensorSizeBytes(found, shape.map(Number));
}

function sizeOf({ shape, type = 'f32' }: TinyTensor): number {
  const [row = 1, ...others] = shape.map(Number);
  const found = tensorTypeByName(type);
  // Shapes of broken files need no data of their size.
  if (
    found === null ||
    row % found.blockElements !== 0 ||
    others.concat(row).some((size) => size < 0 || size > 4096)
  )
    return 0;
  return others.reduce((size, count) => size * count, rowSizeBytes(found, row));
}

function typed(value: TinyValue): Uint8Array {
  const [type, second, third] = value;
  if (type !== 'array') return joinedBytes([integer(scalarIds.indexOf(type), 4), scalar(type, second)]);
  const itemType = String(second);
  const items = third ?? [];
  return joinedBytes([
    integer(9, 4),
    integer(scalarIds.indexOf(itemType), 4),
    integer(items.length, 8),
    ...items.map((item) => scalar(itemType, item)),
  ]);
}

function scalar(type: string, value: unknown): Uint8Array {
  if (type === 'string') return string(value as string);
  if (type === 'float32') return new Uint8Array(new Float32Array([value as number]).buffer);
  if (type === 'float64') return new Uint8Array(new Float64Array([value as number]).buffer);
  const size = type === 'bool' ? 1 : Number(type.replace(/\D+/, '')) / 8;
  return integer(typeof value === 'boolean' ? Number(value) : (value as number | bigint), size);
}

function integer(value: number | bigint, size: number, littleEndian = true): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt.asIntN(64, BigInt(value)), littleEndian);
  return littleEndian ? new Uint8Array(view.buffer, 0, size) : new Uint8Array(view.buffer, 8 - size, size);
}

function string(value: string): Uint8Array {
  const bytes = text(value);
  return joinedBytes([integer(bytes.length, 8), bytes]);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function padding(length: number, alignment: number): number {
  return (alignment - (length % alignment)) % alignment;
}
