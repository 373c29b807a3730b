import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Sha256 } from '../core/digest.js';

/** Computes the digests of pieces that come chunk by chunk, one piece after the other. */
export interface PieceHasher {
  /** Takes the next chunk, which must not change until then; the digest of the piece after its last chunk, else null. */
  update: (chunk: Uint8Array, isLast: boolean) => Promise<Sha256 | null>;
  close: () => Promise<void>;
}

/** A hasher in this thread. */
export function pieceHasher(): PieceHasher {
  let hash = createHash('sha256');
  return {
    update: (chunk, isLast) => {
      hash.update(chunk);
      if (!isLast) return Promise.resolve(null);
      const digest = hash.digest('hex');
      hash = createHash('sha256');
      return Promise.resolve(digest);
    },
    close: () => Promise.resolve(),
  };
}

// As text, because a worker cannot load the TypeScript that tests run.
const program = `
const { createHash } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
let hash = createHash('sha256');
parentPort.on('message', ({ buffer, offset, length, isLast }) => {
  hash.update(new Uint8Array(buffer, offset, length));
  const digest = isLast ? hash.digest('hex') : null;
  if (isLast) hash = createHash('sha256');
  parentPort.postMessage(digest);
});
`;

/** A hasher in a thread of its own; chunks should lie in shared memory, others are copied. */
export function threadedPieceHasher(): PieceHasher {
  const worker = new Worker(program, { eval: true });
  const waiting: { resolve: (digest: Sha256 | null) => void; reject: (error: Error) => void }[] = [];
  worker.on('message', (digest: Sha256 | null) => waiting.shift()?.resolve(digest));
  worker.on('error', (error) => { for (const { reject } of waiting.splice(0)) reject(error instanceof Error ? error : new Error(String(error))); });
  return {
    update: (chunk, isLast) => new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage({ buffer: chunk.buffer, offset: chunk.byteOffset, length: chunk.byteLength, isLast });
    }),
    close: async () => { await worker.terminate(); },
  };
}
