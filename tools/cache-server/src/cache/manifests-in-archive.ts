import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GgufError, parseForeign, type BlobId } from 'nx-gguf/store';
import { jsonGauge, jsonLimits, type JsonLimits } from './json-gauge.js';
import { readTar } from './tar-members.js';

/** How far an archive is read. */
export interface ArchiveLimits {
  unpackedBytes: number;
  members: number;
  /** Of one manifest; a larger file of that name is none. */
  manifestBytes: number;
  /** Time that reading may take. */
  ms: number;
}

/** All manifests of one archive together: so many times the largest, and so many blobs that they name. */
const mostManifests = 4;
const mostBlobs = 20_000;
const descriptionBytes = 64 << 20;

/**
 * The blobs that the manifests (`artifact.json`) in a tar.gz file name, each once. Nothing is unpacked to
 * disk. A file of that name that is no manifest of ours names nothing.
 * @throws GgufError `BAD_ARCHIVE` for what is not a whole tar.gz, or goes beyond a limit.
 */
export async function blobsInArchive(path: string, limits: ArchiveLimits): Promise<BlobId[]> {
  const blobs = new Map<string, BlobId>();
  const late = AbortSignal.timeout(limits.ms);
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20 }),
      createGunzip({ chunkSize: 1 << 18 }),
      limited(limits.unpackedBytes),
      async (tar: AsyncIterable<Buffer>) => {
        await readManifests(tar, limits, (bytes) => addBlobs(blobs, bytes, jsonLimits(limits.manifestBytes)));
      },
      { signal: late },
    );
  } catch (cause) {
    const problem = late.aborted ? `it takes longer than ${limits.ms} ms to read` : (cause as Error).message;
    throw new GgufError('BAD_ARCHIVE', `the entry is not a sound tar.gz: ${problem}`, { cause });
  }
  return [...blobs.values()];
}

async function readManifests(
  tar: AsyncIterable<Buffer>,
  { members, manifestBytes }: ArchiveLimits,
  use: (manifest: Buffer) => void,
): Promise<void> {
  let wanted = 0;
  const count = await readTar(
    tar,
    { members, descriptionBytes },
    {
      wants: ({ name, sizeBytes }) => {
        if (basename(name) !== 'artifact.json' || sizeBytes > manifestBytes) return false;
        wanted += sizeBytes;
        if (wanted > mostManifests * manifestBytes)
          throw new Error(`its manifests are larger than ${mostManifests * manifestBytes} bytes`);
        return true;
      },
      use,
    },
  );
  if (count === 0) throw new Error('it is empty');
}

/** A file that holds more than a manifest may is refused with its archive, before it is parsed. */
function addBlobs(blobs: Map<string, BlobId>, bytes: Buffer, limits: JsonLimits): void {
  jsonGauge(limits)(bytes);
  const manifest = parseForeign('manifest', bytes.toString('utf8'));
  if (!('files' in manifest)) return;
  for (const { sha256, sizeBytes } of manifest.files)
    blobs.set(`${sha256} ${sizeBytes}`, { sha256, sizeBytes });
  if (blobs.size > mostBlobs) throw new Error(`its manifests name more than ${mostBlobs} blobs`);
}

function limited(most: number): Transform & Readable {
  let size = 0;
  return new Transform({
    readableHighWaterMark: 1 << 18,
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > most ? new Error(`it unpacks to more than ${most} bytes`) : null, chunk);
    },
  });
}
