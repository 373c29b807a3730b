import type { Readable } from 'node:stream';
import type { BlobId, Sha256 } from 'nx-gguf/store';

/** A part of a blob, both ends included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What documents are of. */
export const documentKinds = ['actions', 'nx', 'claims'] as const;

/**
 * A small text of the server: an action's manifest, an entry of Nx's cache, or a claim, which says that a
 * namespace holds a blob.
 */
export interface DocumentName {
  namespace: string;
  kind: (typeof documentKinds)[number];
  key: Sha256;
}

/** Size and time of last use by the server's clock. */
export interface Usage {
  sizeBytes: number;
  usedMs: number;
}

/** The storage of the bytes. It knows digests and names; access is decided above it. */
export interface Storage {
  /** Directory for files that are being received, from which `publishBlob` takes them. */
  staging: string;
  /**
   * Size of a sound blob, or null; being found counts as use where it is one. One that turns out damaged is
   * removed.
   */
  findBlob: (sha256: Sha256, isUse: boolean) => Promise<number | null>;
  /** Its bytes, or null; a blob that is removed while it is read is read to its end. */
  openBlob: (sha256: Sha256, range?: ByteRange) => Promise<Readable | null>;
  /** Takes over a finished file, durably, whose digest was computed while it was received. Counts as use. */
  publishBlob: (id: BlobId, path: string) => Promise<void>;
  removeBlob: (sha256: Sha256) => Promise<void>;
  /** Without counting as use. */
  blobUsage: (sha256: Sha256) => Promise<Usage | null>;
  blobs: () => AsyncIterable<Usage & { sha256: Sha256 }>;
  readDocument: (name: DocumentName) => Promise<string | null>;
  /** Its bytes as they are sent, or null; one that is replaced while it is read is read to its end. */
  openDocument: (name: DocumentName) => Promise<{ sizeBytes: number; body: Readable } | null>;
  /** A reader, or a crash, sees the old text or the new one. */
  writeDocument: (name: DocumentName, text: string) => Promise<void>;
  /** Counts as use. */
  touchDocument: (name: DocumentName) => Promise<void>;
  removeDocument: (name: DocumentName) => Promise<void>;
  /** Without counting as use. */
  documentUsage: (name: DocumentName) => Promise<Usage | null>;
  /** Of all namespaces, or of one. Claims have no size that counts. */
  documents: (namespace?: string) => AsyncIterable<Usage & { name: DocumentName }>;
  namespaces: () => Promise<string[]>;
  /** Removes what is left of a namespace whose documents are gone. One that came since stays, with it. */
  removeNamespace: (namespace: string) => Promise<void>;
  /** Whether blobs are on the disk where they are received. */
  keepsOnDisk: boolean;
  /** Bytes that can be received still, or null where that is not known. */
  freeBytes: () => Promise<number | null>;
  /** Removes what processes that were killed left half-written. */
  removeAbandoned: () => Promise<void>;
  /** Keeps what is known of the last uses, for the next process. */
  saveUse: () => Promise<void>;
}
