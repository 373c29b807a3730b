import { join } from 'node:path';
import type { Sha256 } from '../core/digest.js';

/** How long a blob is taken to have the bytes that were hashed, where nothing else is said. */
const trustedForMs = 7 * 24 * 3_600_000;

/** Where everything of a store is. Names are digests only, so no name can leave the root. */
export interface StoreLayout {
  /** A blob that was hashed longer ago is hashed before it is used. */
  trustedForMs: number;
  root: string;
  format: string;
  blobs: string;
  actions: string;
  toolchains: string;
  blob: (sha256: Sha256) => string;
  /** Size and mtime the blob had when it was verified last, and when its bytes were hashed. */
  blobRecord: (sha256: Sha256) => string;
  blobLock: (sha256: Sha256) => string;
  /** Blobs that were found damaged, out of everybody's way. */
  quarantine: string;
  quarantined: (sha256: Sha256) => string;
  /** A file outside the store that holds these bytes. */
  external: (sha256: Sha256) => string;
  action: (key: Sha256) => string;
  actionLock: (key: Sha256) => string;
  /** Work in progress for an action; the next process that works on it removes it. */
  work: (key: Sha256) => string;
  /** Digest of an outside file by its path. */
  knownPath: (pathDigest: Sha256) => string;
  tensorIndexes: string;
  /** What is known of the tensors in a GGUF blob. */
  tensorIndex: (sha256: Sha256) => string;
  /** The blobs that hold a quantized tensor. */
  tensorKey: (key: Sha256) => string;
}

/** The layout of the store at a root, format 1. */
export function storeLayout(
  root: string,
  settings: Partial<Pick<StoreLayout, 'trustedForMs'>> = {},
): StoreLayout {
  const sharded = (folder: string, suffix: string) => (digest: Sha256) =>
    join(root, folder, digest.slice(0, 2), digest + suffix);
  return {
    trustedForMs,
    ...settings,
    root,
    format: join(root, 'format.json'),
    blobs: join(root, 'blobs'),
    actions: join(root, 'actions'),
    toolchains: join(root, 'toolchains'),
    blob: sharded('blobs', ''),
    blobRecord: sharded('blobs', '.json'),
    blobLock: sharded(join('locks', 'blobs'), ''),
    quarantine: join(root, 'quarantine'),
    quarantined: (sha256) => join(root, 'quarantine', sha256),
    external: sharded('external', '.json'),
    action: sharded('actions', '.json'),
    actionLock: sharded('locks', ''),
    work: (key) => join(root, 'work', key),
    knownPath: sharded('paths', '.json'),
    tensorIndexes: join(root, 'tensors', 'files'),
    tensorIndex: sharded(join('tensors', 'files'), '.json'),
    tensorKey: sharded(join('tensors', 'keys'), ''),
  };
}
