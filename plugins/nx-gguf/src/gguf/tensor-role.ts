/**
 * What a tensor does, whatever block it is in: `attn_v` for `blk.3.attn_v.weight`; a suffix other than
 * `.weight` stays.
 */
export function tensorRole(name: string): string {
  return name.replace(/^blk\.\d+\./, '').replace(/\.weight$/, '');
}

/** Number of the block that a tensor is in, or null for one outside of blocks. */
export function tensorBlock(name: string): number | null {
  const block = /^blk\.(\d+)\./.exec(name)?.[1];
  return block === undefined ? null : Number(block);
}
