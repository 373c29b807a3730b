import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Sha256 } from '../core/digest.js';

/** Computes the digests of pieces that come chunk by chunk, one piece after the other. */
export interface PieceHasher {
  /**
   * Takes the next chunk, which must not change until then; the digest of the piece after its last chunk,
   * else null.
   */
  update: (chunk: Uint8Array, isLast: boolean) => Promise<Sha256 | null>;
  /** The digest of what came of the piece so far; hashing goes on. */
  soFar: () => Promise<Sha256>;
  close: () => Promise<void>;
}

/** From this size on a second thread is worth its start. */
const largeBytes = 64 << 20;

/** A hasher for a given number of bytes in all, in a thread of its own when they are many. */
export function hasherFor(totalBytes: number): PieceHasher {
  return totalBytes > largeBytes ? threadedPieceHasher() : pieceHasher();
}

function pieceHasher(): PieceHasher {
  let hash = createHash('sha256');
  return {
    update: (chunk, isLast) => {
      hash.update(chunk);
      if (!isLast) return Promise.resolve(null);
      const digest = hash.digest('hex');
      hash = createHash('sha256');
      return Promise.resolve(digest);
    },
    soFar: () => Promise.resolve(hash.copy().digest('hex')),
    close: () => Promise.resolve(),
  };
}

// As text, because a worker cannot load the TypeScript that tests run.
const program = `
const { createHash } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
let hash = createHash('sha256');
parentPort.on('message', ({ buffer, offset, length, wants }) => {
  hash.update(new Uint8Array(buffer, offset, length));
  parentPort.postMessage(wants === 'nothing' ? null : hash.copy().digest('hex'));
  if (wants === 'the piece') hash = createHash('sha256');
});
`;

// Chunks should lie in shared memory, others are copied.
function threadedPieceHasher(): PieceHasher {
  const worker = new Worker(program, { eval: true });
  const waiting: { resolve: (digest: Sha256 | null) => void; reject: (error: Error) => void }[] = [];
  worker.on('message', (digest: Sha256 | null) => waiting.shift()?.resolve(digest));
  worker.on('error', (error) => {
    for (const { reject } of waiting.splice(0))
      reject(error instanceof Error ? error : new Error(String(error)));
  });
  const ask = (chunk: Uint8Array, wants: 'nothing' | 'so far' | 'the piece') =>
    new Promise<Sha256 | null>((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage({ buffer: chunk.buffer, offset: chunk.byteOffset, length: chunk.byteLength, wants });
    });
  return {
    update: (chunk, isLast) => ask(chunk, isLast ? 'the piece' : 'nothing'),
    soFar: async () => (await ask(new Uint8Array(), 'so far')) ?? '',
    close: async () => {
      await worker.terminate();
    },
  };
}
