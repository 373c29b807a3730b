import { GgufError, isGgufError } from '../../core/errors.js';
import { lfsPointerError } from '../../core/lfs-pointer.js';
import { byteCursor, type ByteCursor } from '../byte-cursor.js';
import type { ByteRange, ByteSource } from '../byte-source.js';
import { foreignFile } from '../foreign-file.js';
import { headerBudget } from './header-budget.js';
import { ggufHeaderCodes, headerError } from './header-error.js';
import { lfsPointerIn } from '../lfs-pointer-bytes.js';
import { readMetadataValue, type MetadataValue } from './metadata-value.js';
import { readTensorInfo, type GgufTensor, type TensorInfo } from './tensor-info.js';
import { alignedUp, placeTensors } from '../tensor-layout.js';

/**
 * What a GGUF file says before its data. Offsets and sizes are in bytes; `metadataRange` holds the raw
 * key-value pairs.
 */
export interface GgufHeader {
  readonly version: number;
  readonly alignment: number;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly metadataRange: ByteRange;
  readonly tensors: readonly GgufTensor[];
  readonly dataOffset: number;
  readonly fileSizeBytes: number;
}

const magic = 0x46554747;
const longestKey = 65_535;
const mostKeys = 65_536;
const mostTensors = 131_072;
const headerLimitBytes = 128 * 1024 * 1024;
const defaultAlignment = 32;

/**
 * Reads and checks the header of a GGUF file of version 2 or 3, in windows of at most 4 MiB; tensor data is
 * not read. It is stricter than ggml/src/gguf.cpp, which it follows: a header that passes is one that
 * llama.cpp reads. Throws a GgufError with one of `ggufHeaderCodes`, which names the file if the source does.
 */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  try {
    return await readHeader(source);
  } catch (error) {
    if (source.name === undefined || !isGgufError(error) || !isOfBytes(error)) throw error;
    const { code, message, hint, tail, cause } = error;
    throw new GgufError(code, `${source.name}: ${message}`, {
      ...(hint === undefined ? {} : { hint }),
      tail,
      cause,
    });
  }
}

/** True for an error that speaks of "the file"; those of a server name it themselves. */
function isOfBytes({ code }: GgufError): boolean {
  return code === 'LFS_POINTER' || (ggufHeaderCodes as readonly string[]).includes(code);
}

async function readHeader(source: ByteSource): Promise<GgufHeader> {
  const cursor = byteCursor(source, headerLimitBytes);
  const version = await readVersion(cursor, source);
  await cursor.fill(16);
  cursor.naming('the number of tensors');
  const tensorCount = cursor.takeSize(mostTensors);
  cursor.naming('the number of metadata keys');
  const keyCount = cursor.takeSize(mostKeys);

  const metadataOffset = cursor.position();
  const metadata = await readMetadata(cursor, keyCount);
  const metadataRange = { offset: metadataOffset, length: cursor.position() - metadataOffset };
  const alignment = alignmentOf(metadata);

  const infos = await readTensorInfos(cursor, tensorCount);
  // A file without tensors needs no padding after its metadata.
  const dataOffset = tensorCount === 0 ? cursor.position() : alignedUp(cursor.position(), alignment);
  cursor.naming('the padding before the tensor data');
  cursor.skip(dataOffset - cursor.position());
  const tensors = placeTensors(infos, { dataOffset, alignment, fileSizeBytes: source.sizeBytes });
  return {
    version,
    alignment,
    metadata,
    metadataRange,
    tensors,
    dataOffset,
    fileSizeBytes: source.sizeBytes,
  };
}

/** The error of something else in place of a GGUF, which says what it is where that can be told. */
async function otherInstead(source: ByteSource): Promise<GgufError> {
  const pointer = await lfsPointerIn(source);
  if (pointer !== null)
    return lfsPointerError(
      'the file',
      pointer,
      'Run `git lfs pull` where it lies, or fetch the file itself.',
    );
  const foreign = await foreignFile(source);
  return foreign === null
    ? headerError('GGUF_NOT_GGUF', "the file does not start with 'GGUF'")
    : new GgufError('GGUF_NOT_GGUF', `the file is ${foreign.what}, and no GGUF`, { hint: foreign.hint });
}

async function readVersion(cursor: ByteCursor, source: ByteSource): Promise<number> {
  if (source.sizeBytes === 0) throw headerError('GGUF_TRUNCATED', 'the file is empty');
  cursor.naming('the file magic');
  await cursor.fill(4);
  if (cursor.take(4, (view, at) => view.getUint32(at, true)) !== magic) throw await otherInstead(source);
  cursor.naming('the version');
  await cursor.fill(4);
  const version = cursor.take(4, (view, at) => view.getUint32(at, true));
  // A small number stored in the other byte order has its low half empty.
  if (version !== 0 && version % 0x10000 === 0)
    throw headerError('GGUF_BIG_ENDIAN', 'the file is big-endian');
  if (version !== 2 && version !== 3)
    throw headerError('GGUF_VERSION', `the file has GGUF version ${version}`);
  return version;
}

async function readMetadata(cursor: ByteCursor, count: number): Promise<Map<string, MetadataValue>> {
  const metadata = new Map<string, MetadataValue>();
  const budget = headerBudget();
  for (let index = 0; index < count; index += 1) {
    cursor.naming(`metadata key ${index}`);
    const offset = cursor.position();
    await cursor.fill(8);
    const length = cursor.takeSize(longestKey);
    await cursor.fill(length);
    const key = cursor.takeStrictText(length);
    if (key === null || key === '')
      throw headerError(
        'GGUF_BAD_KEY',
        `metadata key ${index} at byte ${offset} is ${key === null ? 'no UTF-8' : 'empty'}`,
      );
    if (metadata.has(key))
      throw headerError('GGUF_DUPLICATE_KEY', `metadata key '${key}' at byte ${offset} occurs twice`);
    cursor.naming(`the value of metadata key '${key}'`);
    metadata.set(key, await readMetadataValue(cursor, budget));
  }
  return metadata;
}

async function readTensorInfos(cursor: ByteCursor, count: number): Promise<TensorInfo[]> {
  const infos: TensorInfo[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    cursor.naming(`the name of tensor ${index}`);
    const info = await readTensorInfo(cursor);
    if (names.has(info.name))
      throw headerError('GGUF_DUPLICATE_TENSOR', `tensor '${info.name}' occurs twice`);
    names.add(info.name);
    infos.push(info);
  }
  return infos;
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>): number {
  const entry = metadata.get('general.alignment');
  if (entry === undefined) return defaultAlignment;
  if (entry.type !== 'uint32')
    throw headerError('GGUF_ALIGNMENT', `general.alignment is of type ${entry.type}; it must be uint32`);
  if (!Number.isInteger(Math.log2(entry.value)))
    throw headerError('GGUF_ALIGNMENT', `general.alignment is ${entry.value}; it must be a power of two`);
  return entry.value;
}
