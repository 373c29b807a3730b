import type { VariantEvidence } from '../../core/generated/evidence.generated.js';
import { tensorTypeByName } from '../../gguf/tensor-type.js';
import { tensorBlock, tensorRole } from '../../gguf/tensor-role.js';
import { textWidth } from './text-width.js';
import { heading, ink, plain, ramp, widestAxisLabel, type Spec } from './theme.js';

/** One tensor in the map: its type in the file and in llama.cpp's own plan. */
export interface MapCell {
  readonly role: string;
  /** Number of its block, or -1 outside of blocks. */
  readonly layer: number;
  readonly type: string;
  readonly stock: string | null;
}

/** Names of roles and cells together. */
const mapWidth = 740;

/**
 * Type of every tensor by layer and role, and the same for llama.cpp's own choice, if it is known and
 * differs; null without tensors.
 * @param siblings all variants of the model: a type has one colour in all their maps
 */
export function tensorMapSpec(variant: VariantEvidence, siblings: readonly VariantEvidence[]): Spec | null {
  const cells = mapCells(variant);
  if (cells.length === 0) return null;
  const types = typesOf(siblings.flatMap(mapCells));
  const roles = [...new Set(cells.map(({ role }) => role))];
  const layers = [...new Set(cells.map(({ layer }) => layer))].sort((a, b) => a - b);
  const differing = cells.filter(({ type, stock }) => stock !== null && type !== stock);
  const width = Math.round(
    mapWidth - Math.max(...roles.map((role) => Math.min(widestAxisLabel, textWidth(role, 12)))),
  );
  const panel = (title: string, field: 'type' | 'stock', marked: boolean) => ({
    width,
    height: { step: 17 },
    title: { text: title, fontSize: 13, offset: 6, subtitle: [] },
    data: {
      values: cells
        .filter((cell) => cell[field] !== null)
        .map(({ layer, ...cell }) => ({ ...cell, layer: layerLabel(layer) })),
    },
    encoding: {
      x: {
        field: 'layer',
        type: 'ordinal' as const,
        title: 'Layer (– is outside of layers)',
        sort: layers.map(layerLabel),
        axis: { labelAngle: 0, labelOverlap: true, ticks: false, domain: false },
        scale: { domain: layers.map(layerLabel) },
      },
      y: {
        field: 'role',
        type: 'nominal' as const,
        title: null,
        sort: roles,
        axis: { ticks: false, domain: false, labelPadding: 6 },
        scale: { domain: roles },
      },
    },
    layer: [
      {
        mark: { type: 'rect' as const, stroke: ink.page.light, strokeWidth: 1 },
        encoding: {
          color: {
            field,
            type: 'nominal' as const,
            title: 'Type, from few bits to many',
            scale: { domain: types, range: typeColours(types) },
            legend: { symbolType: 'square', columns: 9, values: typesOf(cells) },
          },
        },
      },
      ...(marked
        ? [
            {
              transform: [{ filter: 'datum.type !== datum.stock' }],
              mark: {
                type: 'rect' as const,
                filled: false,
                fillOpacity: 0,
                stroke: ink.frame.light,
                strokeWidth: 1.5,
              },
            },
          ]
        : []),
    ],
  });
  const own = panel(`${variant.name}, as it is here`, 'type', differing.length > 0);
  return {
    title: heading(
      `Tensor types of ${variant.name}`,
      differing.length > 0
        ? `Framed: ${differing.length} of ${cells.length} tensors that llama.cpp by itself would have given another type.`
        : cells.some(({ stock }) => stock !== null)
          ? `All as llama.cpp chooses for ${variant.ftype} by itself.`
          : null,
    ),
    spacing: 24,
    vconcat:
      differing.length > 0
        ? [own, panel(`${variant.ftype}, as llama.cpp chooses by itself`, 'stock', false)]
        : [own],
  };
}

/** The tensors of a variant; those with one dimension, which are never quantized, are left out. */
function mapCells({ tensorTypes, plan }: Pick<VariantEvidence, 'tensorTypes' | 'plan'>): MapCell[] {
  const planned = new Map(plan?.tensors.map((tensor) => [tensor.name, tensor]));
  return Object.entries(tensorTypes).flatMap(([name, type]) => {
    const tensor = planned.get(name);
    if (tensor === undefined ? /norm|\.bias$/.test(name) : tensor.shape.length < 2) return [];
    return [{ role: tensorRole(name), layer: tensorBlock(name) ?? -1, type, stock: tensor?.stock ?? null }];
  });
}

/** All types that these tensors have or would have, from few bits to many. */
function typesOf(cells: readonly MapCell[]): string[] {
  return orderedTypes(cells.flatMap(({ type, stock }) => (stock === null ? [type] : [type, stock])));
}

/** Types from few bits to many. */
export function orderedTypes(types: readonly string[]): string[] {
  return [...new Set(types)].sort((a, b) => bits(a) - bits(b) || (a < b ? -1 : 1));
}

/** Bits per weight of a type. */
export function bits(type: string): number {
  const known = tensorTypeByName(type);
  return known === null ? Number.MAX_VALUE : (known.blockBytes * 8) / known.blockElements;
}

/** A colour of the ramp for each type, on a light page. */
export function typeColours(types: readonly string[]): string[] {
  const quantized = types.filter((type) => bits(type) < 16);
  return types.map((type) => {
    const place = quantized.indexOf(type);
    // Few types are spread over the whole ramp.
    return place < 0
      ? plain.light
      : (ramp[quantized.length === 1 ? 4 : Math.round((place / (quantized.length - 1)) * (ramp.length - 1))]
          ?.light ?? '');
  });
}

function layerLabel(layer: number): string {
  return layer < 0 ? '–' : String(layer);
}
