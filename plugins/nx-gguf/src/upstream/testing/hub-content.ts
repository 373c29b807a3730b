import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

/** Bytes that a test server has, possibly far more than fit into memory. */
export interface Content {
  sizeBytes: number;
  sha256: string;
  read: (from: number, to: number) => Generator<Buffer>;
}

const pieceBytes = 1 << 20;

/** Content from a text or from bytes. */
export function contentOf(data: string | Uint8Array): Content {
  const bytes = Buffer.from(data);
  return {
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    *read(from, to) {
      for (let at = from; at < to; at += pieceBytes) yield bytes.subarray(at, Math.min(to, at + pieceBytes));
    },
  };
}

/** Content of a file on disk. */
export function fileContent(path: string): Content {
  return {
    sizeBytes: statSync(path).size,
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
    read: fileRange(path),
  };
}

/** Reads ranges of a file, a MiB at a time. */
export function fileRange(path: string): Content['read'] {
  return function* (from, to) {
    const file = openSync(path, 'r');
    try {
      for (let at = from; at < to; at += pieceBytes) {
        const bytes = Buffer.alloc(Math.min(pieceBytes, to - at));
        readSync(file, bytes, 0, bytes.length, at);
        yield bytes;
      }
    } finally {
      closeSync(file);
    }
  };
}

/** A file that nobody should ask for: of any size, without bytes. */
export function unreadContent(sizeBytes: number): Content {
  return {
    sizeBytes,
    sha256: createHash('sha256').update(String(sizeBytes)).digest('hex'),
    read: () => {
      throw new Error('a file that is not wanted was asked for');
    },
  };
}

/** A large file that takes no memory: a MiB of noise, again and again, each time with its number in front. */
export function largeContent(sizeBytes: number): Content {
  const noise = Buffer.alloc(pieceBytes);
  for (let index = 0, state = 1; index < noise.length; index += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    noise.writeUInt32LE(state, index);
  }
  const piece = (number: number): Buffer => {
    const bytes = Buffer.from(noise);
    bytes.writeUInt32LE(number, 0);
    return bytes;
  };
  function* read(from: number, to: number): Generator<Buffer> {
    for (let at = from; at < to;) {
      const number = Math.floor(at / pieceBytes);
      const end = Math.min(to, (number + 1) * pieceBytes);
      yield piece(number).subarray(at - number * pieceBytes, end - number * pieceBytes);
      at = end;
    }
  }
  const hash = createHash('sha256');
  for (const bytes of read(0, sizeBytes)) hash.update(bytes);
  return { sizeBytes, sha256: hash.digest('hex'), read };
}

/** All bytes of a (small) content. */
export function bytesOf(content: Content): Buffer {
  return Buffer.concat([...content.read(0, content.sizeBytes)]);
}

/** Git's object id of bytes. */
export function gitBlobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** The pointer that git holds in place of a file in LFS. */
export function lfsPointer({ sha256, sizeBytes }: Pick<Content, 'sha256' | 'sizeBytes'>): Buffer {
  return Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${sizeBytes}\n`);
}
