import type { ByteRange } from './byte-source.js';
import type { RawMetadata } from './header/metadata-bytes.js';
import { tensorInfosBytes } from './header/tensor-infos-bytes.js';
import { alignedUp } from './tensor-layout.js';
import { tensorSizeBytes, type TensorTypeName } from './tensor-type.js';

/** What a GGUF file is composed of: metadata as raw bytes, and tensors in the order of their data. */
export interface GgufParts {
  readonly version: number;
  readonly keyCount: number;
  /** The key-value pairs, carried over verbatim. */
  readonly metadata: Uint8Array;
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly type: TensorTypeName;
  }[];
  /** Alignment of the tensor data in bytes; the metadata must say the same. */
  readonly alignment: number;
}

/**
 * A file laid out: `header` is everything before the first tensor, `places` are those of the tensors, each
 * padded to the alignment.
 */
export interface ComposedGguf {
  readonly header: Uint8Array;
  readonly places: readonly ByteRange[];
  readonly sizeBytes: number;
}

/** Lays out a GGUF file with the version and the alignment of another one, and with these metadata and tensors. */
export function composeLike(
  { version, alignment }: Pick<GgufParts, 'version' | 'alignment'>,
  { keyCount, bytes }: Pick<RawMetadata, 'keyCount' | 'bytes'>,
  tensors: GgufParts['tensors'],
): ComposedGguf {
  return composeGguf({ version, alignment, keyCount, metadata: bytes, tensors });
}

/**
 * Lays out a GGUF file: its header as bytes, and where each tensor's data goes. Pure: no tensor data is
 * touched.
 */
export function composeGguf({ version, keyCount, metadata, tensors, alignment }: GgufParts): ComposedGguf {
  const sizes = tensors.map(({ shape, type }) => tensorSizeBytes(type, shape));
  const offsets: number[] = [];
  let end = 0;
  for (const size of sizes) {
    offsets.push(end);
    end = alignedUp(end + size, alignment);
  }
  const infos = tensorInfosBytes(
    tensors.map((tensor, index) => ({ ...tensor, offset: offsets[index] ?? 0 })),
  );
  const unpadded = 24 + metadata.length + infos.length;
  const dataOffset = tensors.length === 0 ? unpadded : alignedUp(unpadded, alignment);
  const header = new Uint8Array(dataOffset);
  header.set(fixedPart({ version, keyCount, tensorCount: tensors.length }));
  header.set(metadata, 24);
  header.set(infos, 24 + metadata.length);
  return {
    header,
    places: sizes.map((length, index) => ({ offset: dataOffset + (offsets[index] ?? 0), length })),
    sizeBytes: dataOffset + end,
  };
}

function fixedPart({
  version,
  keyCount,
  tensorCount,
}: {
  version: number;
  keyCount: number;
  tensorCount: number;
}): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, 0x46554747, true);
  view.setUint32(4, version, true);
  view.setBigUint64(8, BigInt(tensorCount), true);
  view.setBigUint64(16, BigInt(keyCount), true);
  return new Uint8Array(view.buffer);
}
