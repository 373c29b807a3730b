import type { Json } from '../core/json/canonical-json.js';
import { counted } from '../core/counted.js';
import type { ByteRange, ByteSource } from './byte-source.js';
import { readGgufHeader, type GgufHeader } from './header/header.js';
import { metadataJson } from './inspect.js';
import type { MetadataValue } from './header/metadata-value.js';
import { writtenShape } from './header/tensor-infos-bytes.js';
import type { GgufTensor } from './header/tensor-info.js';

/**
 * One tensor that is not the same in both files. `bytes` counts its bytes that differ; `first` is the place
 * of the first, from the start of the tensor.
 */
export type TensorDifference =
  | { readonly tensor: string; readonly kind: 'only in a' | 'only in b' }
  | { readonly tensor: string; readonly kind: 'type' | 'shape'; readonly a: string; readonly b: string }
  | { readonly tensor: string; readonly kind: 'bytes'; readonly bytes: number; readonly first: number };

/** How two files differ. Two files without a difference here have the same bytes. */
export interface GgufDiff {
  readonly file: readonly { readonly what: string; readonly a: Json; readonly b: Json }[];
  readonly metadata: readonly {
    readonly key: string;
    readonly a: Json;
    readonly b: Json;
    readonly kind: 'only in a' | 'only in b' | 'value' | 'type';
  }[];
  readonly tensors: readonly TensorDifference[];
  readonly tensorsCompared: number;
}

const chunkBytes = 1 << 20;

/**
 * Compares two GGUF files down to the bytes of each tensor, in constant memory. Throws a GgufError for a file
 * that is none.
 */
export async function diffGguf(
  a: ByteSource,
  b: ByteSource,
  onBytes?: (count: number) => void,
): Promise<GgufDiff> {
  const [headA, headB] = [await readGgufHeader(a), await readGgufHeader(b)];
  const file: GgufDiff['file'][number][] = [
    { what: 'version', a: headA.version, b: headB.version },
    { what: 'alignment', a: headA.alignment, b: headB.alignment },
    { what: 'size', a: headA.fileSizeBytes, b: headB.fileSizeBytes },
    {
      what: 'order of metadata, at',
      ...firstOutOfOrder([...headA.metadata.keys()], [...headB.metadata.keys()]),
    },
    {
      what: 'order of tensors, at',
      ...firstOutOfOrder(
        headA.tensors.map(({ name }) => name),
        headB.tensors.map(({ name }) => name),
      ),
    },
  ].filter((one) => one.a !== one.b);

  const metadata: GgufDiff['metadata'][number][] = [];
  for (const key of new Set([...headA.metadata.keys(), ...headB.metadata.keys()])) {
    const difference = await valueDifference(
      { source: a, value: headA.metadata.get(key) },
      { source: b, value: headB.metadata.get(key) },
    );
    if (difference !== null) metadata.push({ key, ...difference });
  }

  const tensors: TensorDifference[] = [];
  const byName = new Map(headB.tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of headA.tensors) {
    const difference = await tensorDifference(
      { source: a, tensor },
      { source: b, tensor: byName.get(tensor.name) },
      onBytes,
    );
    byName.delete(tensor.name);
    if (difference !== null) tensors.push(difference);
  }
  for (const name of byName.keys()) tensors.push({ tensor: name, kind: 'only in b' });
  const isSame = file.length + metadata.length + tensors.length === 0;
  if (isSame && !(await isSameAround(a, b, headA)))
    file.push({ what: 'bytes between the tensors', a: '', b: 'others' });
  return { file, metadata, tensors, tensorsCompared: headA.tensors.length };
}

/** True when nothing differs. */
export function isSameGguf({ file, metadata, tensors }: GgufDiff): boolean {
  return file.length + metadata.length + tensors.length === 0;
}

async function valueDifference(
  a: { source: ByteSource; value: MetadataValue | undefined },
  b: { source: ByteSource; value: MetadataValue | undefined },
) {
  if (a.value === undefined || b.value === undefined) {
    return {
      kind: a.value === undefined ? ('only in b' as const) : ('only in a' as const),
      a: a.value === undefined ? null : shown(a.value),
      b: b.value === undefined ? null : shown(b.value),
    };
  }
  const same =
    a.value.range.length === b.value.range.length &&
    (await compare({ source: a.source, range: a.value.range }, { source: b.source, range: b.value.range }))
      .bytes === 0;
  if (same) return null;
  return {
    kind: typeOf(a.value) === typeOf(b.value) ? ('value' as const) : ('type' as const),
    a: shown(a.value),
    b: shown(b.value),
  };
}

async function tensorDifference(
  a: { source: ByteSource; tensor: GgufTensor },
  b: { source: ByteSource; tensor: GgufTensor | undefined },
  onBytes?: (count: number) => void,
): Promise<TensorDifference | null> {
  const { name } = a.tensor;
  if (b.tensor === undefined) return { tensor: name, kind: 'only in a' };
  if (a.tensor.type !== b.tensor.type)
    return { tensor: name, kind: 'type', a: a.tensor.type, b: b.tensor.type };
  const [shapeA, shapeB] = [a.tensor.shape, b.tensor.shape].map((shape) => shape.join(' x '));
  if (writtenShape(a.tensor.shape).join() !== writtenShape(b.tensor.shape).join() || shapeA !== shapeB)
    return { tensor: name, kind: 'shape', a: shapeA ?? '', b: shapeB ?? '' };
  const { bytes, first } = await compare(
    { source: a.source, range: a.tensor.range },
    { source: b.source, range: b.tensor.range },
  );
  onBytes?.(a.tensor.sizeBytes);
  return bytes === 0 ? null : { tensor: name, kind: 'bytes', bytes, first };
}

/** Counts the bytes that differ in two ranges of equal length. */
async function compare(
  a: { source: ByteSource; range: ByteRange },
  b: { source: ByteSource; range: ByteRange },
): Promise<{ bytes: number; first: number }> {
  let bytes = 0;
  let first = -1;
  for (let done = 0; done < a.range.length; done += chunkBytes) {
    const length = Math.min(chunkBytes, a.range.length - done);
    const [x, y] = await Promise.all([
      a.source.read(a.range.offset + done, length),
      b.source.read(b.range.offset + done, length),
    ]);
    if (isEqual(x, y)) continue;
    for (let at = 0; at < length; at += 1) {
      if (x[at] === y[at]) continue;
      if (first < 0) first = done + at;
      bytes += 1;
    }
  }
  return { bytes, first };
}

function isEqual(x: Uint8Array, y: Uint8Array): boolean {
  return x.length === y.length && Buffer.compare(x, y) === 0;
}

function typeOf(value: MetadataValue): string {
  return value.type === 'array' ? `${value.itemType}[]` : value.type;
}

function shown(value: MetadataValue): Json {
  return value.type === 'array' && value.values === null
    ? counted(value.length, 'item')
    : metadataJson(value);
}

/** The first names of those in both lists that are not in the same place. */
function firstOutOfOrder(namesA: readonly string[], namesB: readonly string[]): { a: string; b: string } {
  const [inA, inB] = [new Set(namesA), new Set(namesB)];
  const sharedA = namesA.filter((name) => inB.has(name));
  const sharedB = namesB.filter((name) => inA.has(name));
  const at = sharedA.findIndex((name, index) => name !== sharedB[index]);
  return { a: sharedA[at] ?? '', b: sharedB[at] ?? '' };
}

/**
 * True when all bytes outside of tensors are equal in two files of one layout: the header, and what lies
 * between tensors and after them.
 */
async function isSameAround(
  a: ByteSource,
  b: ByteSource,
  { tensors, fileSizeBytes }: GgufHeader,
): Promise<boolean> {
  const ends = [0, ...tensors.map(({ range }) => range.offset + range.length)];
  const starts = [...tensors.map(({ range }) => range.offset), fileSizeBytes];
  const gaps = starts
    .map((start, index) => ({ offset: ends[index] ?? 0, length: start - (ends[index] ?? 0) }))
    .filter(({ length }) => length > 0);
  if (tensors.length === 0) gaps.splice(0, gaps.length, { offset: 0, length: fileSizeBytes });
  for (const range of gaps)
    if ((await compare({ source: a, range }, { source: b, range })).bytes > 0) return false;
  return true;
}
