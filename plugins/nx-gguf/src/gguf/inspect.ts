import type { Json } from '../core/json/canonical-json.js';
import type { GgufHeader } from './header/header.js';
import type { MetadataScalar, MetadataValue } from './header/metadata-value.js';
import { summarizeGguf, type GgufSummary } from './summary.js';
import { tensorRole } from './tensor-role.js';
import { bitsPerWeight, elementCount } from './weight-count.js';
import type { TensorTypeName } from './tensor-type.js';

/**
 * All that a header says, as plain JSON. 64-bit integers that JSON cannot hold exactly are decimal strings.
 */
export interface GgufInspection {
  readonly version: number;
  readonly alignment: number;
  readonly fileSizeBytes: number;
  readonly dataOffset: number;
  readonly architecture: string | null;
  readonly elements: number;
  readonly tensorBytes: number;
  readonly bitsPerWeight: number;
  readonly tensorsByType: GgufSummary['tensorsByType'];
  /** The importance matrix that llama-quantize used, as it noted it; null when it noted none. */
  readonly imatrix: Readonly<Record<string, Json>> | null;
  readonly metadata: readonly {
    readonly key: string;
    readonly type: string;
    readonly value: Json;
    readonly length?: number;
  }[];
  readonly roles: readonly RoleSummary[];
  readonly tensors: readonly {
    readonly name: string;
    readonly type: TensorTypeName;
    readonly shape: readonly number[];
    readonly offset: number;
    readonly sizeBytes: number;
  }[];
}

/** Tensors of one role taken together. */
export interface RoleSummary {
  readonly role: string;
  readonly tensors: number;
  readonly types: Readonly<Record<string, number>>;
  readonly elements: number;
  readonly sizeBytes: number;
  readonly bitsPerWeight: number;
}

/**
 * Describes a file by its header. Values of arrays that are too long to hold are null; their length is given.
 */
export function inspectGguf(header: GgufHeader): GgufInspection {
  const summary = summarizeGguf(header);
  const architecture = header.metadata.get('general.architecture');
  return {
    version: header.version,
    alignment: header.alignment,
    fileSizeBytes: header.fileSizeBytes,
    dataOffset: header.dataOffset,
    architecture: architecture?.type === 'string' ? architecture.value : null,
    elements: summary.elements,
    tensorBytes: summary.tensorBytes,
    bitsPerWeight: summary.bitsPerWeight,
    tensorsByType: summary.tensorsByType,
    imatrix: imatrixNotes(header.metadata),
    metadata: [...header.metadata].map(([key, value]) => ({ key, ...described(value) })),
    roles: rolesOf(header),
    tensors: header.tensors.map(({ name, type, shape, range, sizeBytes }) => ({
      name,
      type,
      shape,
      offset: range.offset,
      sizeBytes,
    })),
  };
}

/** A value of the metadata as JSON. */
export function metadataJson(value: MetadataValue): Json {
  return value.type === 'array' ? (value.values?.map(scalarJson) ?? null) : scalarJson(value.value);
}

function described(value: MetadataValue): { type: string; value: Json; length?: number } {
  if (value.type !== 'array') return { type: value.type, value: metadataJson(value) };
  return { type: `${value.itemType}[]`, value: metadataJson(value), length: value.length };
}

function scalarJson(value: MetadataScalar): Json {
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function imatrixNotes(metadata: GgufHeader['metadata']): Record<string, Json> | null {
  const prefix = 'quantize.imatrix.';
  const notes = [...metadata]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), metadataJson(value)] as const);
  return notes.length === 0 ? null : Object.fromEntries(notes);
}

function rolesOf({ tensors }: GgufHeader): RoleSummary[] {
  const roles = new Map<
    string,
    { tensors: number; types: Record<string, number>; elements: number; sizeBytes: number }
  >();
  for (const { name, type, shape, sizeBytes } of tensors) {
    const role = tensorRole(name);
    const sum = roles.get(role) ?? { tensors: 0, types: {}, elements: 0, sizeBytes: 0 };
    sum.tensors += 1;
    sum.types[type] = (sum.types[type] ?? 0) + 1;
    sum.elements += elementCount(shape);
    sum.sizeBytes += sizeBytes;
    roles.set(role, sum);
  }
  return [...roles].map(([role, sum]) => ({ role, ...sum, bitsPerWeight: bitsPerWeight(sum) }));
}
