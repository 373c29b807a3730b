import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GgufError, isGgufError, parseAs, type BlobId } from 'nx-gguf/store';
import { extract, type Extract } from 'tar-stream';

/** How far an archive is read. */
export interface ArchiveLimits {
  unpackedBytes: number;
  entries: number;
  manifestBytes: number;
}

type Entry = Extract extends AsyncIterable<infer E> ? E : never;

/** Blobs that all manifests of one archive may name together. */
const mostBlobs = 200_000;

/**
 * The blobs that the manifests (`artifact.json`) in a tar.gz file name, each once. Nothing is unpacked to disk. A file of
 * that name that is no manifest of ours names nothing.
 * @throws GgufError `BAD_ARCHIVE` for what is not a whole tar.gz, or goes beyond a limit.
 */
export async function blobsInArchive(path: string, limits: ArchiveLimits): Promise<BlobId[]> {
  const blobs = new Map<string, BlobId>();
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), createGunzip(), limited(limits.unpackedBytes), async (tar: AsyncIterable<Buffer>) => {
      await readEntries(tar, limits, (text) => addBlobs(blobs, text));
    });
  } catch (cause) {
    throw new GgufError('BAD_ARCHIVE', `the entry is not a sound tar.gz: ${(cause as Error).message}`, { cause });
  }
  return [...blobs.values()];
}

async function readEntries(tar: AsyncIterable<Buffer>, limits: ArchiveLimits, use: (manifest: string) => void): Promise<void> {
  // Nx writes headers of the time before formats had names.
  const entries = extract({ allowUnknownFormat: true } as Parameters<typeof extract>[0]);
  const fed = pipeline(tar, entries as unknown as NodeJS.WritableStream);
  // Whatever ends the reading ends the loop below too, which tells the reason.
  fed.catch(() => undefined);
  let count = 0;
  for await (const entry of entries) {
    count++;
    if (count > limits.entries) throw new Error(`it has more than ${limits.entries} entries`);
    const { name, type } = entry.header;
    const text = basename(name) === 'artifact.json' && type === 'file' ? await textOf(entry, limits.manifestBytes) : null;
    if (text === null) entry.resume();
    else use(text);
  }
  await fed;
  if (count === 0) throw new Error('it is empty');
}

/** The text of an entry, or null for one that is too large to be a manifest. */
async function textOf(entry: Entry, mostBytes: number): Promise<string | null> {
  if (entry.header.size > mostBytes) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function addBlobs(blobs: Map<string, BlobId>, text: string): void {
  try {
    for (const { sha256, sizeBytes } of parseAs('manifest', text, 'artifact.json').files) blobs.set(`${sha256} ${sizeBytes}`, { sha256, sizeBytes });
  } catch (error) {
    if (!isGgufError(error)) throw error;
  }
  if (blobs.size > mostBlobs) throw new Error(`its manifests name more than ${mostBlobs} blobs`);
}

function limited(most: number): Transform & Readable {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > most ? new Error(`it unpacks to more than ${most} bytes`) : null, chunk);
    },
  });
}
