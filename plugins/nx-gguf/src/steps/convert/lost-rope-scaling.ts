import type { GgufHeader } from '../../gguf/header/header.js';
import type { MetadataScalar, MetadataValue } from '../../gguf/header/metadata-value.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Kinds that scale nothing, or that are part of the architecture. */
const plain = new Set(['default', 'mrope', 'proportional', 'none']);

/**
 * The scaling of rotary positions that config.json declares and the GGUF has not: the converter passes over the
 * kinds that it does not know, over "dynamic" for all but one architecture, and over the factors of "longrope"
 * for most (llama.cpp, conversion/base.py).
 */
export function lostRopeScaling(
  text: JsonObject,
  header: Pick<GgufHeader, 'metadata' | 'tensors'>,
): string[] {
  const declared = declaredScaling(text);
  if (declared === null || isKept(declared, header)) return [];
  return [
    `config.json scales rotary positions ("${declared.field}": ${declared.kind}), and the GGUF does not: with long texts llama.cpp computes another model than transformers. Where its own kinds come near enough, give it --rope-scaling and --rope-scale when it runs`,
  ];
}

interface DeclaredScaling {
  field: string;
  kind: string;
  /** Base of the frequencies, which some architectures scale in place of the positions. */
  theta: unknown;
}

function declaredScaling(text: JsonObject): DeclaredScaling | null {
  for (const field of ['rope_parameters', 'rope_scaling']) {
    const settings = objectIn(text, field);
    if (settings === null) continue;
    // Models with two kinds of attention have settings for either.
    const own = objectIn(settings, 'full_attention') ?? settings;
    const kind = own['rope_type'] ?? own['type'];
    if (typeof kind === 'string' && !plain.has(kind.toLowerCase()) && own['factor'] !== 1)
      return { field, kind: kind.toLowerCase(), theta: own['rope_theta'] ?? text['rope_theta'] };
  }
  return null;
}

function isKept(
  { kind, theta }: DeclaredScaling,
  { metadata, tensors }: Pick<GgufHeader, 'metadata' | 'tensors'>,
): boolean {
  const has = (name: string) => tensors.some((tensor) => tensor.name === name);
  if (kind === 'longrope' || kind === 'su') return has('rope_factors_long.weight');
  const architecture = scalar(metadata.get('general.architecture'));
  const value = (key: string) => scalar(metadata.get(`${String(architecture)}.rope.${key}`));
  const base = value('freq_base');
  // Scaling raises the base; a lower one is the converter's own, in place of one that it did not find.
  const isBaseScaled = typeof theta === 'number' && typeof base === 'number' && base - theta > 1e-4 * theta;
  return (value('scaling.type') ?? 'none') !== 'none' || has('rope_freqs.weight') || isBaseScaled;
}

function scalar(value: MetadataValue | undefined): MetadataScalar | null {
  return value === undefined || value.type === 'array' ? null : value.value;
}

function objectIn(from: JsonObject, key: string): JsonObject | null {
  const value = from[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}
