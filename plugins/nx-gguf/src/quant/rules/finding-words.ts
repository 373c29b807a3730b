import { visibleLine } from '../../core/visible-text.js';

/** `blk.0.attn_v.weight`, or `blk.0.attn_v.weight and 5 more`. */
export function namesAnd(tensors: readonly { readonly name: string }[]): string {
  const [first, ...more] = tensors;
  return `${visibleLine(first?.name ?? 'nothing')}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}

/** `rows of 160 elements (blk.0.ffn_down.weight and 3 more)`. */
export function rowsOf(
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
): string {
  return `rows of ${[...new Set(tensors.map(({ shape }) => shape[0] ?? 1))].join(', ')} elements (${namesAnd(tensors)})`;
}

/** The first few of many things, and how many more there are. */
export function bounded(things: readonly string[], most = 6): string {
  const more = things.length - most;
  return `${things
    .slice(0, most)
    .map((thing) => visibleLine(thing))
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
