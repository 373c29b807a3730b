import { GgufError } from '../../core/errors.js';
import { lfsPointerError } from '../../core/lfs-pointer.js';
import { bufferedSource } from '../../gguf/buffered-source.js';
import type { ByteRange, ByteSource } from '../../gguf/byte-source.js';
import { lfsPointerIn } from '../../gguf/lfs-pointer-bytes.js';
import { noImatrix } from '../../gguf/foreign-file.js';

const mostEntries = 131_072;
const longestName = 4096;
const mostNameBytes = 16 * 1024 * 1024;
const longestDataset = 1 << 20;
const utf8 = new TextDecoder();

/**
 * The data of one tensor: `range` holds calls, number of values and values, all that decides what they mean.
 */
export interface LegacyEntry {
  readonly name: string;
  readonly elements: number;
  readonly range: ByteRange;
}

/** The name of the text at the end of a file, null for one longer than any; `offset` is that of its length. */
export interface LegacyDataset {
  readonly offset: number;
  readonly name: string | null;
}

/**
 * What is in an importance matrix of the format from before GGUF, in the order of the file: a count, then
 * name, calls and float32 values of each (follows common_imatrix_load_legacy of common/imatrix-loader.cpp).
 * Values are passed over.
 * @throws GgufError `BAD_IMATRIX`, or `LFS_POINTER`
 */
export async function readLegacyImatrix(
  source: ByteSource,
): Promise<{ entries: LegacyEntry[]; chunks: number | null; dataset: LegacyDataset | null }> {
  const pointer = await lfsPointerIn(source);
  if (pointer !== null)
    throw lfsPointerError(
      'the importance matrix',
      pointer,
      'Run `git lfs pull` where it lies, or fetch the file itself.',
    );
  const foreign = await noImatrix(source);
  if (foreign !== null) throw bad(`it is ${foreign.what}`);
  const buffered = bufferedSource(source);
  let at = 0;
  const take = async (length: number): Promise<Uint8Array> => {
    if (at + length > source.sizeBytes)
      throw bad(`it ends at byte ${source.sizeBytes}, and ${at + length} are needed`);
    at += length;
    return buffered.read(at - length, length);
  };
  const int = async (what: string, most: number): Promise<number> => {
    const bytes = await take(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
    if (value < 0 || value > most) throw bad(`${what} at byte ${at - 4} is ${value}`);
    return value;
  };
  const count = await int('the number of entries', mostEntries);
  const entries: LegacyEntry[] = [];
  let nameBytes = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const length = await int('the length of a name', longestName);
    nameBytes += length;
    if (nameBytes > mostNameBytes)
      throw bad(`the names up to entry ${entry + 1} have more than ${mostNameBytes} bytes`);
    const name = utf8.decode(await take(length));
    const offset = at;
    await int('a number of calls', 0x7fff_ffff);
    const elements = await int('a number of values', 0x7fff_ffff);
    at += 4 * elements;
    if (at > source.sizeBytes) throw bad('it ends inside an entry');
    entries.push({ name, elements, range: { offset, length: at - offset } });
  }
  const chunks = at + 4 <= source.sizeBytes ? await int('the number of chunks', 0x7fff_ffff) : null;
  return { entries, chunks, dataset: chunks === null ? null : await datasetAt(source, at) };
}

/** The name of the text; a name that the file does not hold whole is none to the loader either. */
async function datasetAt(source: ByteSource, offset: number): Promise<LegacyDataset | null> {
  if (offset + 4 > source.sizeBytes) return null;
  const bytes = await source.read(offset, 4);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
  if (length <= 0 || offset + 4 + length > source.sizeBytes) return null;
  const name = utf8.decode(await source.read(offset + 4, Math.min(length, longestDataset)));
  return { offset, name: length > longestDataset ? null : name };
}

/**
 * A matrix with one entry that no tensor has, in the legacy format: enough for a dry run, whose types depend
 * on whether there is a matrix, not on what is in it.
 */
export function stubImatrix(): Uint8Array {
  const name = new TextEncoder().encode('no.tensor');
  const bytes = new Uint8Array(4 + 4 + name.length + 4 + 4 + 4);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 1, true);
  view.setInt32(4, name.length, true);
  bytes.set(name, 8);
  view.setInt32(8 + name.length, 1, true);
  view.setInt32(12 + name.length, 1, true);
  view.setFloat32(16 + name.length, 1, true);
  return bytes;
}

function bad(reason: string): GgufError {
  return new GgufError('BAD_IMATRIX', `the file is no importance matrix: ${reason}`, {
    hint: 'It is neither a GGUF nor of the older format: fetch or make it again.',
  });
}
