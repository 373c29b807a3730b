import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { list, type ReadEntry } from 'tar';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { counted } from '../core/counted.js';
import { GgufError, isGgufError, systemErrorCode } from '../core/errors.js';
import { shownPath } from '../core/safe-path.js';
import { freeBytes } from '../files/free-space.js';

/**
 * A member to take out of an archive. Only its bytes are written, to a path of ours: names in the archive go
 * nowhere.
 */
export interface MemberExtraction {
  archive: string;
  /** Name of the archive, for messages. */
  name: string;
  /** The member's path in it, exact. */
  member: string;
  to: string;
  signal?: AbortSignal | undefined;
}

const mostMembers = 1_000_000;

/**
 * Streams one member of a zip, tar or tar.gz archive to a file; sizes and, in zip, the CRC are checked.
 * @throws GgufError `MEMBER_MISSING`, `ARCHIVE_DAMAGED`, `ARCHIVE_UNKNOWN`, `ARCHIVE_LIMIT` or `DISK_FULL`;
 *   no file is left then
 */
export async function extractMember(extraction: MemberExtraction): Promise<void> {
  try {
    await ((await isZip(extraction)) ? fromZip(extraction) : fromTar(extraction));
  } catch (cause) {
    await rm(extraction.to, { force: true });
    if (isGgufError(cause) || ['ENOSPC', 'ENOENT', 'EACCES', 'EDQUOT'].includes(systemErrorCode(cause) ?? ''))
      throw cause;
    if (extraction.signal?.aborted === true)
      throw new GgufError('INTERRUPTED', `${extraction.name}: interrupted`, { cause });
    throw new GgufError(
      'ARCHIVE_DAMAGED',
      `${extraction.name}: ${shownPath(extraction.member)} cannot be taken out: ${(cause as Error).message}`,
      { cause, hint: 'Is it the right file, and whole? Its digest was verified.' },
    );
  }
}

async function isZip({ archive, name }: MemberExtraction): Promise<boolean> {
  const handle = await open(archive, 'r');
  const head = Buffer.alloc(262);
  try {
    await handle.read(head, 0, head.length, 0);
  } finally {
    await handle.close();
  }
  if (head.toString('latin1', 0, 2) === 'PK') return true;
  if (head.readUInt16BE(0) === 0x1f8b || head.toString('latin1', 257, 262) === 'ustar') return false;
  throw new GgufError('ARCHIVE_UNKNOWN', `${name} is no zip, tar or tar.gz archive`, {
    hint: 'Remove "member" to take the file as it is.',
  });
}

async function fromZip({ archive, name, member, to, signal }: MemberExtraction): Promise<void> {
  const zip = await opened(archive);
  try {
    const found = await entriesNamed(zip, { name, member });
    if (found.isEncrypted())
      throw new GgufError('ARCHIVE_DAMAGED', `${name}: ${shownPath(member)} is encrypted`);
    requireRoom(found.uncompressedSize, await freeBytes(dirname(to)), name);
    const stream = await new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(found, (error, readable) => {
        if (error) reject(error);
        else resolve(readable);
      });
    });
    const check = checkedBytes(found.uncompressedSize);
    await pipeline(
      stream,
      check.through,
      createWriteStream(to, { flags: 'wx' }),
      signal === undefined ? {} : { signal },
    );
    if (check.crc() !== found.crc32)
      throw new GgufError('ARCHIVE_DAMAGED', `${name}: the CRC of ${shownPath(member)} is wrong`);
  } finally {
    zip.close();
  }
}

function opened(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(
      path,
      { lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: true },
      (error, zip) => {
        if (error) reject(error);
        else resolve(zip);
      },
    );
  });
}

/** The one entry of that name; the whole directory is read, so a second one of the same name is noticed. */
async function entriesNamed(
  zip: ZipFile,
  { name, member }: { name: string; member: string },
): Promise<Entry> {
  const names: string[] = [];
  const found: Entry[] = [];
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      if (++count > mostMembers) {
        reject(limit(name));
        return;
      }
      if (entry.fileName === member) found.push(entry);
      else if (names.length < 8 && !entry.fileName.endsWith('/')) names.push(entry.fileName);
      zip.readEntry();
    });
    zip.on('end', resolve);
    zip.on('error', reject);
    zip.readEntry();
  });
  const [entry] = found;
  if (entry === undefined || found.length > 1) throw missing({ name, member, names, count: found.length });
  return entry;
}

async function fromTar({ archive, name, member, to, signal }: MemberExtraction): Promise<void> {
  const names: string[] = [];
  const written: { done: Promise<void>; closed: Promise<void> }[] = [];
  let count = 0;
  let found = 0;
  const stop = new AbortController();
  const free = await freeBytes(dirname(to));
  await list({
    file: archive,
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      if (++count > mostMembers) throw limit(name);
      const path = entry.path.replace(/^\.\//, '');
      if (path !== member || !['File', 'OldFile', 'ContiguousFile'].includes(entry.type)) {
        if (names.length < 8 && entry.type === 'File') names.push(path);
        return;
      }
      if (++found > 1) return;
      requireRoom(entry.size, free, name);
      const file = createWriteStream(to, { flags: 'wx' });
      const done = pipeline(entry as unknown as Readable, checkedBytes(entry.size).through, file, {
        signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
      });
      done.catch(() => undefined);
      written.push({ done, closed: finished(file).catch(() => undefined) });
    },
  })
    .then(async () => {
      if (found !== 1) throw missing({ name, member, names, count: found });
      await written[0]?.done;
    })
    .catch(async (error: unknown) => {
      stop.abort();
      // the file may not have been opened yet: it would appear after the caller has removed it
      await written[0]?.closed;
      throw error;
    });
}

/** Passes bytes on, with their CRC, and fails when they are not as many as announced. */
function checkedBytes(sizeBytes: number): { through: Transform; crc: () => number } {
  let crc = 0;
  let count = 0;
  const through = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      count += chunk.length;
      crc = crc32(chunk, crc);
      done(
        count > sizeBytes ? new Error(`it has more than the ${sizeBytes} bytes it announces`) : null,
        chunk,
      );
    },
    flush: (done) => {
      done(count < sizeBytes ? new Error(`it ends after ${count} of ${sizeBytes} bytes`) : null);
    },
  });
  return { through, crc: () => crc };
}

function requireRoom(sizeBytes: number, free: number | null, name: string): void {
  if (free !== null && free < sizeBytes)
    throw new GgufError(
      'DISK_FULL',
      `${name}: its member of ${sizeBytes} bytes does not fit into the ${free} bytes that are free`,
      { hint: 'Free space, or put the store elsewhere with NX_GGUF_STORE.' },
    );
}

function limit(name: string): GgufError {
  return new GgufError('ARCHIVE_LIMIT', `${name} has more than ${counted(mostMembers, 'member')}`);
}

function missing({
  name,
  member,
  names,
  count,
}: {
  name: string;
  member: string;
  names: readonly string[];
  count: number;
}): GgufError {
  return new GgufError(
    'MEMBER_MISSING',
    count > 1
      ? `${name} holds ${count} files named ${shownPath(member)}`
      : `${name} holds no file ${shownPath(member)}`,
    { hint: `Correct "member". The archive holds: ${names.map(shownPath).join(', ')}` },
  );
}
