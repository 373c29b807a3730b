import { open, readFile, readdir, rm, rmdir, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  adoptHashed,
  checkedBlob,
  discardBlob,
  freeBytes,
  isSha256,
  listBlobs,
  makeDirectory,
  openStore,
  systemErrorCode,
  writeDurably,
  type Sha256,
  type StoreLayout,
} from 'nx-gguf/store';
import { removeAbandoned } from './abandoned.js';
import { createGate } from './gate.js';
import { documentKinds, type ByteRange, type DocumentName, type Storage, type Usage } from './storage.js';

/** Bytes that are read at once for a reader: what it gets when all that are open share so much, within bounds. */
const pieceBytes = { most: 1 << 20, least: 1 << 16, together: 16 << 20 };

/** Storage on a disk: blobs as the store of nx-gguf keeps them, in its format, and documents beside them. */
export async function openDiskStorage(root: string, nowMs: () => number = Date.now): Promise<Storage> {
  const layout = await openStore(root);
  const spaces = join(root, 'spaces');
  const staging = join(root, 'staging');
  await makeDirectory(staging);
  // Whoever writes a document makes its directory first, which must not go before it is written.
  const gate = createGate();
  const readers = { open: 0 };
  const at = ({ namespace, kind, key }: DocumentName): string =>
    join(spaces, namespace, kind, key.slice(0, 2), `${key}.json`);
  return {
    staging,
    findBlob: (sha256, isUse) => findBlob(layout, sha256, isUse ? nowMs() : null),
    openBlob: async (sha256, range) => {
      const handle = await absentAsNull(open(layout.blob(sha256), 'r'));
      return handle === null ? null : readPieces(handle, { range, readers });
    },
    publishBlob: async (id, path) => {
      await adoptHashed(layout, path, id);
      await setUsed(layout.blobRecord(id.sha256), nowMs());
    },
    removeBlob: (sha256) => discardBlob(layout, sha256),
    blobUsage: (sha256) => blobUsage(layout, sha256),
    async *blobs() {
      for await (const { digest } of listBlobs(layout)) {
        const usage = await blobUsage(layout, digest);
        if (usage !== null) yield { sha256: digest, ...usage };
      }
    },
    readDocument: (name) => absentAsNull(readFile(at(name), 'utf8')),
    openDocument: (name) => openDocument(at(name)),
    writeDocument: (name, text) =>
      gate.shared(name.namespace, async () => {
        await writeDurably(at(name), text);
        await setUsed(at(name), nowMs());
      }),
    touchDocument: (name) => setUsed(at(name), nowMs()),
    removeDocument: (name) => rm(at(name), { force: true }),
    documentUsage: (name) => fileUsage(at(name)),
    documents: (namespace) => listDocuments(spaces, namespace),
    namespaces: () => namesIn(spaces),
    removeNamespace: (namespace) => gate.alone(namespace, () => removeEmpty(join(spaces, namespace))),
    keepsOnDisk: true,
    freeBytes: () => freeBytes(root),
    removeAbandoned: async () => {
      await removeAbandoned(staging);
      await removeAbandoned(layout.blobs);
      await removeAbandoned(spaces);
    },
    // The file system has noted them.
    saveUse: () => Promise.resolve(),
  };
}

/** The store notes each look at a blob as its use: what it was used last is put back unless it is one. */
async function findBlob(layout: StoreLayout, sha256: Sha256, usedMs: number | null): Promise<number | null> {
  const before = await blobUsage(layout, sha256);
  if (before === null) return null;
  if ((await checkedBlob(layout, { sha256, sizeBytes: before.sizeBytes })) === null) return null;
  await setUsed(layout.blobRecord(sha256), usedMs ?? before.usedMs);
  return before.sizeBytes;
}

/** Many slow readers hold a piece each: the more there are, the smaller it is. */
function readPieces(
  handle: FileHandle,
  { range, readers }: { range: ByteRange | undefined; readers: { open: number } },
): Readable {
  readers.open++;
  const { most, least, together } = pieceBytes;
  const highWaterMark = Math.max(least, Math.min(most, Math.floor(together / readers.open)));
  return handle.createReadStream({ highWaterMark, ...range }).once('close', () => readers.open--);
}

async function openDocument(path: string): Promise<{ sizeBytes: number; body: Readable } | null> {
  const handle = await absentAsNull(open(path, 'r'));
  if (handle === null) return null;
  const { size } = await handle.stat();
  return { sizeBytes: size, body: handle.createReadStream() };
}

async function blobUsage(layout: StoreLayout, sha256: Sha256): Promise<Usage | null> {
  const blob = await fileUsage(layout.blob(sha256));
  if (blob === null) return null;
  const record = await fileUsage(layout.blobRecord(sha256));
  return { sizeBytes: blob.sizeBytes, usedMs: record?.usedMs ?? blob.usedMs };
}

async function setUsed(path: string, usedMs: number): Promise<void> {
  const time = new Date(usedMs);
  await absentAsNull(utimes(path, time, time));
}

async function fileUsage(path: string): Promise<Usage | null> {
  const info = await absentAsNull(stat(path));
  return info === null ? null : { sizeBytes: info.size, usedMs: info.mtimeMs };
}

async function* listDocuments(spaces: string, only?: string): AsyncGenerator<Usage & { name: DocumentName }> {
  for (const namespace of only === undefined ? await namesIn(spaces) : [only]) {
    for (const kind of documentKinds) {
      for (const shard of await namesIn(join(spaces, namespace, kind))) {
        for (const file of await namesIn(join(spaces, namespace, kind, shard))) {
          const key = file.slice(0, -'.json'.length);
          if (!file.endsWith('.json') || !isSha256(key)) continue;
          const usage = await fileUsage(join(spaces, namespace, kind, shard, file));
          if (usage !== null)
            yield {
              name: { namespace, kind, key },
              usedMs: usage.usedMs,
              sizeBytes: kind === 'claims' ? 0 : usage.sizeBytes,
            };
        }
      }
    }
  }
}

/** Removes the directories in which nothing is left but what a writer that is gone began. */
async function removeEmpty(directory: string): Promise<void> {
  for (const entry of (await absentAsNull(readdir(directory, { withFileTypes: true }))) ?? []) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await removeEmpty(path);
    else if (entry.name.endsWith('.tmp')) await rm(path, { force: true });
  }
  await rmdir(directory).catch((error: unknown) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')) throw error;
  });
}

async function namesIn(folder: string): Promise<string[]> {
  return (await absentAsNull(readdir(folder))) ?? [];
}

async function absentAsNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
