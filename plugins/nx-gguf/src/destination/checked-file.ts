import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { GgufError } from '../core/errors.js';
import type { OutsideState } from '../files/file-state.js';
import { quietly } from '../files/background-flush.js';
import { hasherFor } from '../files/piece-hasher.js';
import type { StoreLayout } from '../store/layout.js';
import {
  damagedBytes,
  requireIntact,
  stateBefore,
  unreadable,
  type NamedBlob,
} from '../store/sound-bytes.js';

/** A file that is sent in parts, in any order and more than once, and never with other bytes than its digest's. */
export interface CheckedFile {
  sizeBytes: number;
  /**
   * The bytes of a range in pieces of at most a MiB. None is handed out that is not known to be right; of the first
   * whole read that goes for the last piece alone.
   * @throws GgufError `BLOB_DAMAGED`, or `SOURCE_CHANGED` for a file outside the store
   */
  pieces: (from: number, to: number) => AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

const pieceBytes = 1 << 20;
/** What a hub looks at to find out the kind of a file, before anything is sent. */
const sampleBytes = 512;

/**
 * A file whose first read compares all of it with its digest, and notes a checksum of each piece; pieces that are
 * read later, when parts are sent, are compared with these. So the file is read no more often than it is sent.
 */
export function checkedFile(store: StoreLayout, blob: NamedBlob): CheckedFile {
  const { sizeBytes } = blob;
  /** Of the first read: the state of the file before it, and the checksum of each piece. */
  let known: { seen: OutsideState; sums: readonly number[] } | null = null;
  let failure: Promise<unknown> | null = null;

  /** The first failure counts, from when it is seen: others follow from it, since a damaged file is moved away. */
  const fails = async (errorOf: () => Promise<unknown>): Promise<never> => {
    failure ??= errorOf();
    throw await failure;
  };

  async function* whole(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const seen = await stateBefore(blob);
    const hasher = hasherFor(sizeBytes);
    const sums: number[] = [];
    let busy: Promise<unknown> = Promise.resolve();
    let held: Uint8Array<ArrayBuffer> | null = null;
    try {
      for await (const piece of piecesOf(blob.path, { from: 0, to: sizeBytes })) {
        if (held !== null) yield held;
        await busy;
        busy = quietly(hasher.update(piece, false));
        sums.push(crc32(piece));
        held = piece;
      }
      await busy;
      const found = await hasher.soFar();
      if (found !== blob.sha256) await fails(() => damagedBytes(store, blob, { found, seen }));
    } catch (error) {
      await fails(() => unreadable(store, blob, { seen, error }));
    } finally {
      await hasher.close();
    }
    known = { seen, sums };
    if (held !== null) yield held;
  }

  async function* range(from: number, to: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { seen, sums } = known ?? (await firstRead());
    const start = from - (from % pieceBytes);
    const end = Math.min(sizeBytes, Math.ceil(to / pieceBytes) * pieceBytes);
    let at = start;
    try {
      for await (const piece of piecesOf(blob.path, { from: start, to: end })) {
        if (crc32(piece) !== sums[at / pieceBytes]) break;
        yield piece.subarray(Math.max(0, from - at), Math.min(piece.length, to - at));
        at += piece.length;
      }
      if (at < end) await fails(() => changedSince(store, blob, seen));
    } catch (error) {
      await fails(() => unreadable(store, blob, { seen, error }));
    }
  }

  const firstRead = async (): Promise<{ seen: OutsideState; sums: readonly number[] }> => {
    const pieces = whole();
    while ((await pieces.next()).done !== true);
    if (known === null) throw new Error(`${blob.path} was not read`);
    return known;
  };

  return {
    sizeBytes,
    pieces: async function* (from, to) {
      if (known !== null) yield* range(from, to);
      else if (from === 0 && to === sizeBytes) yield* whole();
      else if (from === 0 && to <= sampleBytes) yield* piecesOf(blob.path, { from, to });
      else yield* range(from, to);
    },
  };
}

/** The error of a piece that is not what it was in the first read. */
async function changedSince(store: StoreLayout, blob: NamedBlob, seen: OutsideState): Promise<GgufError> {
  await requireIntact(store, blob, { seen });
  return new GgufError('SOURCE_CHANGED', `${blob.name}: ${blob.path} was read with other bytes than before`, {
    hint: 'The bytes on the disk are right by now. Run again; if it repeats, check the memory of this machine.',
  });
}

async function* piecesOf(
  path: string,
  { from, to }: { from: number; to: number },
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const file = await open(path, 'r');
  try {
    for (let at = from; at < to;) {
      const piece = await readExactly(file, at, Math.min(pieceBytes, to - at));
      if (piece.length === 0) return;
      yield piece;
      at += piece.length;
    }
  } finally {
    await file.close();
  }
}

/** As many bytes as there are, up to a length. */
async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
