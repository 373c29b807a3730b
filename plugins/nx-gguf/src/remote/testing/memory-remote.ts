import type { RemoteStore } from '../remote-store.js';

/** A remote in memory, and its content. */
export interface MemoryRemote extends RemoteStore {
  blobs: Map<string, Buffer>;
  actions: Map<string, string>;
  /** Bytes that were handed out. */
  sentBytes: () => number;
}

const chunkBytes = 64 << 10;

/** A remote that holds everything in memory and never fails. */
export function memoryRemote(): MemoryRemote {
  const blobs = new Map<string, Buffer>();
  const actions = new Map<string, string>();
  let sent = 0;
  async function* chunks(blob: Buffer, fromBytes: number): AsyncGenerator<Uint8Array> {
    for (let position = fromBytes; position < blob.length; position += chunkBytes) {
      const chunk = blob.subarray(position, position + chunkBytes);
      sent += chunk.length;
      yield await Promise.resolve(chunk);
    }
  }
  return {
    blobs,
    actions,
    sentBytes: () => sent,
    hasBlob: (sha256) => Promise.resolve(blobs.has(sha256)),
    readBlob: (sha256, fromBytes) => {
      const blob = blobs.get(sha256);
      return Promise.resolve(blob === undefined ? null : { fromBytes, bytes: chunks(blob, fromBytes) });
    },
    writeBlob: async (blob, signal) => {
      const parts: Uint8Array[] = [];
      for await (const part of blob.read(0)) {
        signal.throwIfAborted();
        parts.push(part);
      }
      blobs.set(blob.sha256, Buffer.concat(parts));
    },
    readAction: (key) => {
      const text = actions.get(key) ?? null;
      sent += text?.length ?? 0;
      return Promise.resolve(text);
    },
    writeAction: (key, text) => {
      actions.set(key, text);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
