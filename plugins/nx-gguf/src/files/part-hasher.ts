import { createHash } from 'node:crypto';
import type { Sha256 } from '../core/digest.js';
import type { ByteRange } from '../gguf/byte-source.js';

/** Computes digests of parts of a stream while it passes by. */
export interface PartHasher {
  /** Takes the next bytes of the stream. */
  update: (bytes: Uint8Array) => void;
  /** The digests, in the order of the parts. Throws when the stream ended before the last part. */
  digests: () => Sha256[];
}

/** A hasher for parts that follow each other without overlap; throws for parts that do not. */
export function partHasher(parts: readonly ByteRange[]): PartHasher {
  let end = 0;
  for (const { offset, length } of parts) {
    if (offset < end) throw new RangeError(`parts overlap or are out of order at byte ${offset}`);
    end = offset + length;
  }
  const done: Sha256[] = [];
  let hash = createHash('sha256');
  let position = 0;

  const finish = (): void => {
    for (
      let part = parts[done.length];
      part !== undefined && position >= part.offset + part.length;
      part = parts[done.length]
    ) {
      done.push(hash.digest('hex'));
      hash = createHash('sha256');
    }
  };
  return {
    update: (bytes) => {
      let at = 0;
      finish();
      for (
        let part = parts[done.length];
        part !== undefined && at < bytes.length;
        part = parts[done.length]
      ) {
        const skipped = Math.min(Math.max(part.offset - position, 0), bytes.length - at);
        at += skipped;
        position += skipped;
        const taken = Math.min(part.offset + part.length - position, bytes.length - at);
        if (position >= part.offset && taken > 0) {
          hash.update(bytes.subarray(at, at + taken));
          at += taken;
          position += taken;
        }
        finish();
      }
      position += bytes.length - at;
    },
    digests: () => {
      finish();
      if (done.length < parts.length)
        throw new RangeError(`the stream ended at byte ${position}, before the end of part ${done.length}`);
      return [...done];
    },
  };
}
