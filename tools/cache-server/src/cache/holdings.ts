import { trusted } from '../config/namespaces.js';
import type { DocumentName, Storage } from '../storage/storage.js';
import type { UsedBytes } from './space.js';

/** What a namespace holds. A blob that two hold counts for both. */
export interface Held {
  nx: number;
  actions: number;
  claims: number;
  sizeBytes: number;
}

/** What each namespace holds, kept along as it changes: to count it takes a look at every file. */
export interface Holdings {
  byNamespace: () => ReadonlyMap<string, Held>;
  /** Of a claim the bytes are those of its blob. */
  changed: (name: Pick<DocumentName, 'namespace' | 'kind'>, by: { count: number; sizeBytes: number }) => void;
  /** What was counted anew. */
  counted: (counted: Holdings) => void;
}

/** Holdings that begin with nothing. */
export function createHoldings(): Holdings {
  let held = new Map<string, Held>();
  return {
    byNamespace: () => held,
    changed: ({ namespace, kind }, { count, sizeBytes }) => {
      const known = held.get(namespace) ?? { nx: 0, actions: 0, claims: 0, sizeBytes: 0 };
      known[kind] += count;
      known.sizeBytes += sizeBytes;
      if (known.nx + known.actions + known.claims > 0) held.set(namespace, known);
      else held.delete(namespace);
    },
    counted: (counted) => void (held = new Map(counted.byNamespace())),
  };
}

/**
 * Counts all that there is: bytes, with `overheadBytes` for each file but claims, and what each namespace
 * holds.
 */
export async function countHeld(
  storage: Storage,
  overheadBytes: number,
): Promise<{ used: UsedBytes; holdings: Holdings }> {
  const holdings = createHoldings();
  const used: UsedBytes = { trusted: 0, untrusted: 0 };
  const blobs = new Map<string, { sizeBytes: number; isTrusted: boolean }>();
  for await (const { sha256, sizeBytes } of storage.blobs())
    blobs.set(sha256, { sizeBytes, isTrusted: false });
  for await (const { name, sizeBytes } of storage.documents()) {
    const isTrusted = name.namespace === trusted;
    const blob = name.kind === 'claims' ? blobs.get(name.key) : undefined;
    holdings.changed(name, {
      count: 1,
      sizeBytes: name.kind === 'claims' ? (blob?.sizeBytes ?? 0) : sizeBytes,
    });
    if (name.kind !== 'claims') used[isTrusted ? 'trusted' : 'untrusted'] += sizeBytes + overheadBytes;
    else if (blob !== undefined && isTrusted) blob.isTrusted = true;
  }
  for (const { sizeBytes, isTrusted } of blobs.values())
    used[isTrusted ? 'trusted' : 'untrusted'] += sizeBytes + overheadBytes;
  return { used, holdings };
}
