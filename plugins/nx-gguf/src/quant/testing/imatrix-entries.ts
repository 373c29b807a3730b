import type { ImatrixEntry } from '../plan/imatrix-entry.js';
import type { ImatrixContents } from '../plan/imatrix-need.js';

/** An entry with good data for a tensor of 256 columns, or with what is wrong with them. */
export function entry(name: string, changes: Partial<ImatrixEntry> = {}): ImatrixEntry {
  return { name, values: 256, invalid: 0, zeros: [], blank: [], ...changes };
}

/** A matrix with these entries; names stand for good ones. */
export function contents(
  entries: readonly (string | ImatrixEntry)[],
  refused: readonly string[] = [],
): ImatrixContents {
  return {
    entries: entries.map((one) => (typeof one === 'string' ? entry(one) : one)),
    refused,
    doubts: [],
  };
}
