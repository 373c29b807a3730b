import { endianness } from 'node:os';
import { bufferedSource } from '../../gguf/buffered-source.js';
import type { ByteRange, ByteSource } from '../../gguf/byte-source.js';
import { readGgufHeader, type GgufHeader } from '../../gguf/header/header.js';
import type { GgufTensor } from '../../gguf/header/tensor-info.js';
import { bounded } from '../../quant/rules/finding-words.js';
import { readLegacyImatrix } from '../../quant/tool/legacy-imatrix.js';
import { isGguf } from './imatrix-file.js';

/**
 * The importance data of one tensor: sums of squares, those of one expert after those of another, and how
 * often each expert was used; in the older format the sums are means times one number of calls.
 */
export interface ImatrixData {
  name: string;
  sums: Float32Array;
  counts: Float32Array;
}

/** An importance matrix whose data are read one tensor after the other. */
export interface ImatrixReading {
  /** The header of a GGUF; null for the older format. */
  header: GgufHeader | null;
  /** Why llama-quantize would refuse a file of the older format, as far as its entries tell. */
  refused: string[];
  /** What the file says of itself that no matrix made of a text says. */
  doubts: string[];
  count: number;
  data: AsyncIterable<ImatrixData>;
}

/**
 * Data of one tensor are read at once; a tensor with more columns than any model has is passed over.
 */
const mostColumns = 1 << 24;

/**
 * Reads an importance matrix, GGUF or of the older format, whose values are in float32. Sums without counts,
 * and what is no importance data, are passed over.
 * @throws GgufError `BAD_IMATRIX`, or what reading a GGUF header throws.
 */
export async function readImatrixData(source: ByteSource): Promise<ImatrixReading> {
  return (await isGguf(source)) ? ggufData(source, await readGgufHeader(source)) : legacyData(source);
}

function ggufData(source: ByteSource, header: GgufHeader): ImatrixReading {
  const byName = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
  const entries = header.tensors.flatMap((sums) => {
    const counts = byName.get(sums.name.replace(/\.in_sum2$/, '.counts'));
    return !sums.name.endsWith('.in_sum2') || counts === undefined || !isFloats(sums) || !isFloats(counts)
      ? []
      : [{ name: sums.name.slice(0, -'.in_sum2'.length), sums, counts }];
  });
  async function* data(): AsyncGenerator<ImatrixData> {
    for (const { name, sums, counts } of entries)
      yield {
        name,
        sums: await floats(source, sums.range),
        counts: await floats(source, counts.range),
      };
  }
  return {
    header,
    refused: [],
    doubts: withoutText(chunkCount(header)),
    count: entries.length,
    data: data(),
  };
}

async function legacyData(source: ByteSource): Promise<ImatrixReading> {
  const { entries, chunks } = await readLegacyImatrix(source);
  const empty = entries.filter(({ elements }) => elements === 0).map(({ name }) => name);
  async function* data(): AsyncGenerator<ImatrixData> {
    const buffered = bufferedSource(source);
    for (const { name, elements, range } of entries) {
      if (elements > mostColumns) continue;
      const bytes = await buffered.read(range.offset, range.length);
      const calls = new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
      yield { name, sums: littleEndianFloats(bytes.subarray(8)), counts: Float32Array.of(calls) };
    }
  }
  return {
    header: null,
    refused: empty.length === 0 ? [] : [`entries without values: ${bounded(empty)}`],
    doubts: withoutText(chunks),
    count: entries.length,
    data: data(),
  };
}

function chunkCount({ metadata }: GgufHeader): unknown {
  const count = metadata.get('imatrix.chunk_count');
  return count?.type === 'uint32' ? count.value : null;
}

function withoutText(chunks: unknown): string[] {
  return chunks === 0 ? ['it says that it was computed on 0 chunks of text'] : [];
}

function isFloats({ type, range }: GgufTensor): boolean {
  return type === 'f32' && range.length / 4 <= mostColumns;
}

async function floats(source: ByteSource, range: ByteRange): Promise<Float32Array> {
  return littleEndianFloats(await source.read(range.offset, range.length));
}

function littleEndianFloats(bytes: Uint8Array): Float32Array {
  // A copy is aligned, whatever the place of its bytes in a file. A Buffer's own slice would be none.
  const copy = new Uint8Array(bytes.subarray(0, bytes.byteLength - (bytes.byteLength % 4)));
  if (endianness() === 'BE') Buffer.from(copy.buffer).swap32();
  return new Float32Array(copy.buffer);
}
