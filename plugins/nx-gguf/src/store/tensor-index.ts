import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson, type Json } from '../core/json/canonical-json.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { makeSharedDirectory } from '../files/shared-directory.js';
import { isSha256, type Sha256 } from '../core/digest.js';
import type { ByteRange } from '../gguf/byte-source.js';
import { checkedBlob } from './blobs.js';
import type { BlobId } from '../files/hash-file.js';
import { writeDurably } from '../files/durable.js';
import { isOwnDirectory, removeOwn } from '../files/own-tree.js';
import type { StoreLayout } from './layout.js';
import { processFileName } from '../files/process-file-name.js';
import { readSmallFile, readSmallText } from '../files/small-file.js';
import { shareFile } from '../files/shared-file.js';

/**
 * A tensor in a GGUF blob: where its bytes are, their digest, and the keys of the quantizations that give
 * them.
 */
export interface IndexedTensor {
  name: string;
  range: ByteRange;
  sha256: Sha256;
  keys: readonly Sha256[];
}

/** What is known of the tensors in a GGUF blob. */
export interface TensorIndex {
  blob: BlobId;
  tensors: readonly IndexedTensor[];
}

/** Where the bytes of a quantized tensor can be read. */
export interface TensorPlace {
  blob: Sha256;
  path: string;
  range: ByteRange;
  sha256: Sha256;
}

/** A tensor that exists in more blobs than this is known in the newest of them only. */
const keptPlaces = 32;

/*
 * One index file for each GGUF blob says what is in it. One small file for each key names the blobs that have
 * the tensor, so a lookup reads as many files as it asks for keys, however many variants the store knows. The
 * key files are hints: a lost or dangling one costs a computation, never a wrong byte.
 */

/**
 * Records what is in a blob, and makes its tensors with keys findable. Keys that are known of it already are
 * kept.
 */
export async function indexTensors(layout: StoreLayout, { blob, tensors }: TensorIndex): Promise<void> {
  const known = new Map(
    (await readTensorIndex(layout, blob.sha256))?.tensors.map(({ name, keys }) => [name, keys]),
  );
  const merged = tensors.map((tensor) => ({
    ...tensor,
    keys: [...new Set([...(known.get(tensor.name) ?? []), ...tensor.keys])].sort(),
  }));
  await writeDurably(layout.tensorIndex(blob.sha256), indexText({ blob, tensors: merged }));
  for (const keys of batches([...new Set(merged.flatMap((tensor) => tensor.keys))])) {
    await Promise.all(
      keys.map(async (key) => {
        const blobs = await blobsOf(layout, key);
        if (blobs[0] !== blob.sha256)
          await writeBlobs(
            layout,
            key,
            [blob.sha256, ...blobs.filter((other) => other !== blob.sha256)].slice(0, keptPlaces),
          );
      }),
    );
  }
}

/** The index of a blob, or null when there is none or it cannot be read. */
export async function readTensorIndex(layout: StoreLayout, sha256: Sha256): Promise<TensorIndex | null> {
  try {
    return parseIndex(jsonOrNull(await readSmallFile(layout.tensorIndex(sha256))), sha256);
  } catch {
    return null;
  }
}

/**
 * The quantized tensors that some blob of the store holds, by key. Blobs are checked as for any other use.
 */
export async function findTensors(
  layout: StoreLayout,
  keys: Iterable<Sha256>,
): Promise<Map<Sha256, TensorPlace>> {
  const opened = new Map<Sha256, Promise<Map<Sha256, TensorPlace>>>();
  const found = new Map<Sha256, TensorPlace>();
  for (const batch of batches([...new Set(keys)])) {
    await Promise.all(
      batch.map(async (key) => {
        for (const sha256 of await blobsOf(layout, key)) {
          const places = opened.get(sha256) ?? placesIn(layout, sha256);
          opened.set(sha256, places);
          const place = (await places).get(key);
          if (place === undefined) continue;
          found.set(key, place);
          return;
        }
      }),
    );
  }
  return found;
}

/** Forgets what is in a blob. */
export async function forgetTensors(layout: StoreLayout, sha256: Sha256): Promise<void> {
  const index = await readTensorIndex(layout, sha256);
  for (const keys of batches([...new Set(index?.tensors.flatMap((tensor) => tensor.keys))])) {
    await Promise.all(
      keys.map(async (key) => {
        if (!(await isOwnDirectory(layout.root, dirname(layout.tensorKey(key))))) return;
        const blobs = await blobsOf(layout, key);
        const others = blobs.filter((other) => other !== sha256);
        if (others.length < blobs.length) await writeBlobs(layout, key, others);
      }),
    );
  }
  await removeOwn(layout.root, layout.tensorIndex(sha256));
}

async function placesIn(layout: StoreLayout, sha256: Sha256): Promise<Map<Sha256, TensorPlace>> {
  const index = await readTensorIndex(layout, sha256);
  const path = index === null ? null : await checkedBlob(layout, index.blob);
  if (index === null || path === null) return new Map();
  return new Map(
    index.tensors.flatMap((tensor) =>
      tensor.keys.map((key) => [key, { blob: sha256, path, range: tensor.range, sha256: tensor.sha256 }]),
    ),
  );
}

async function blobsOf(layout: StoreLayout, key: Sha256): Promise<Sha256[]> {
  const text = await readSmallText(layout.tensorKey(key)).catch(() => '');
  return text.split('\n').filter(isSha256);
}

async function writeBlobs(layout: StoreLayout, key: Sha256, blobs: readonly Sha256[]): Promise<void> {
  const path = layout.tensorKey(key);
  if (blobs.length === 0) return rm(path, { force: true });
  await makeSharedDirectory(dirname(path));
  const temporary = `${path}.${processFileName()}.tmp`;
  await writeFile(temporary, `${blobs.join('\n')}\n`);
  await shareFile(temporary);
  await rename(temporary, path);
}

function indexText({ blob, tensors }: TensorIndex): string {
  const rows: Json = tensors.map(({ name, range, sha256, keys }) => [
    name,
    range.offset,
    range.length,
    sha256,
    [...keys],
  ]);
  return `${canonicalJson({ format: 1, sizeBytes: blob.sizeBytes, tensors: rows })}\n`;
}

function parseIndex(value: unknown, sha256: Sha256): TensorIndex | null {
  const { format, sizeBytes, tensors } = value as {
    format?: unknown;
    sizeBytes?: unknown;
    tensors?: unknown;
  };
  if (format !== 1 || !isSize(sizeBytes) || !Array.isArray(tensors)) return null;
  const parsed = tensors.map((row: unknown) => parseTensor(row, sizeBytes));
  return parsed.every((tensor) => tensor !== null) ? { blob: { sha256, sizeBytes }, tensors: parsed } : null;
}

function parseTensor(row: unknown, sizeBytes: number): IndexedTensor | null {
  const [name, offset, length, sha256, keys] = row as readonly unknown[];
  if (typeof name !== 'string' || !isSize(offset) || !isSize(length) || offset + length > sizeBytes)
    return null;
  if (typeof sha256 !== 'string' || !isSha256(sha256) || !Array.isArray(keys)) return null;
  const known = keys.filter((key): key is string => typeof key === 'string' && isSha256(key));
  return known.length === keys.length ? { name, range: { offset, length }, sha256, keys: known } : null;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function batches<T>(items: readonly T[], size = 32): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
