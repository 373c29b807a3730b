import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Sha256 } from '../core/digest.js';

const chunkBytes = 1 << 20;

/** Copies a file to a path where nothing is, and gives the sha256 of the bytes that were copied. */
export async function copyHashed(from: string, to: string): Promise<Sha256> {
  const hash = createHash('sha256');
  await pipeline(
    createReadStream(from, { highWaterMark: chunkBytes }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(to, { flags: 'wx', highWaterMark: chunkBytes }),
  );
  return hash.digest('hex');
}
