import { visibleText } from '../../core/visible-text.js';
import type { SafetensorsHeader } from './safetensors-header.js';

/** A tensor as a safetensors header declares it, its offsets from the end of the header. */
interface DeclaredTensor {
  name: string;
  begin: number;
  end: number;
}

/** Bits of one element (`Dtype` of the safetensors library). */
const bitsOf: ReadonlyMap<string, number> = new Map([
  ['BOOL', 8],
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ...['U8', 'I8', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'].map(
    (name) => [name, 8] as const,
  ),
  ...['I16', 'U16', 'F16', 'BF16'].map((name) => [name, 16] as const),
  ...['I32', 'U32', 'F32'].map((name) => [name, 32] as const),
  ...['I64', 'U64', 'F64', 'C64'].map((name) => [name, 64] as const),
]);

/**
 * What is wrong with the tensors that a safetensors header declares: types that are not known, shapes that are
 * not the bytes they have, and places that overlap, leave holes or pass the end of the file. Each names its tensor.
 */
export function safetensorsProblems({ entries, dataBytes }: SafetensorsHeader): string[] {
  const problems: string[] = [];
  const placed: DeclaredTensor[] = [];
  for (const [name, entry] of Object.entries(entries) as [string, unknown][]) {
    if (name === '__metadata__') continue;
    const read = declared(name, entry, dataBytes);
    if (typeof read === 'string') problems.push(`${visibleText(name)}: ${read}`);
    else placed.push(read);
  }
  // Without the tensors that are wrong themselves there would be holes.
  return problems.length > 0 ? problems : placeProblems(placed, dataBytes);
}

function declared(name: string, entry: unknown, dataBytes: number): DeclaredTensor | string {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const bits = typeof dtype === 'string' ? bitsOf.get(dtype) : undefined;
  if (bits === undefined)
    return `the type ${visibleText(JSON.stringify(dtype ?? null).slice(0, 40))} is not known`;
  if (!isSizes(shape)) return 'its shape is no list of sizes';
  if (!isSizes(offsets) || offsets.length !== 2) return 'its data_offsets are not two places';
  const [begin = 0, end = 0] = offsets;
  if (end < begin) return `it ends at ${end}, before its begin at ${begin}`;
  if (end > dataBytes) return `it ends at ${end}, and the file has ${dataBytes} bytes of data`;
  const bytes = shape.reduce((product, size) => product * BigInt(size), BigInt(bits));
  if (bytes !== 8n * BigInt(end - begin))
    return `${String(dtype)} of the shape [${shape.join(', ')}] is not ${end - begin} bytes`;
  return { name, begin, end };
}

function placeProblems(tensors: DeclaredTensor[], dataBytes: number): string[] {
  const problems: string[] = [];
  let at = 0;
  for (const { name, begin, end } of tensors.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < at)
      problems.push(`${visibleText(name)}: it begins at ${begin}, within another that ends at ${at}`);
    if (begin > at)
      problems.push(`${visibleText(name)}: no tensor has the bytes from ${at} to ${begin} before it`);
    at = Math.max(at, end);
  }
  if (at < dataBytes) problems.push(`no tensor has the last ${dataBytes - at} bytes`);
  return problems;
}

/** More dimensions than any tensor has would be multiplied for minutes. */
const mostDimensions = 32;

function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= mostDimensions &&
    value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
  );
}
