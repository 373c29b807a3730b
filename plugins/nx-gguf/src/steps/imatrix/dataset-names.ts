import type { ByteSource } from '../../gguf/byte-source.js';
import { composeLike } from '../../gguf/compose.js';
import { readGgufHeader, type GgufHeader } from '../../gguf/header/header.js';
import { readRawMetadata, withStrings } from '../../gguf/header/metadata-bytes.js';
import { readLegacyImatrix } from '../../quant/tool/legacy-imatrix.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { spliceFile, type Piece } from '../../store/splice-file.js';
import { isGguf } from './imatrix-file.js';

const key = 'imatrix.datasets';
const unnamed = 'unnamed';

/** The name of a text without its place on the machine of whoever made the matrix. */
export function datasetName(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? '';
  return name === '' && path !== '' ? unnamed : name;
}

/**
 * Writes a copy of an importance matrix, GGUF or legacy, that has the names of its texts in place of their
 * paths: llama-quantize writes the first of them into every GGUF. The data are those of the file.
 * @returns the names; null, and no copy, for a file that has no paths
 */
export async function writeWithoutPaths(
  source: string,
  copy: string,
  signal?: AbortSignal,
): Promise<string[] | null> {
  const cleaned = await withFileBytes(source, async (bytes) =>
    (await isGguf(bytes)) ? ggufPieces(bytes, source) : legacyPieces(bytes, source),
  );
  if (cleaned === null) return null;
  await spliceFile(copy, cleaned.pieces, { signal });
  return cleaned.names;
}

interface Cleaned {
  names: string[];
  pieces: Piece[];
}

async function ggufPieces(bytes: ByteSource, path: string): Promise<Cleaned | null> {
  const header = await readGgufHeader(bytes);
  const names = cleanNames(header);
  if (names === null) return null;
  const metadata = withStrings(await readRawMetadata(bytes, header), header, { key, values: names });
  const tensors = [...header.tensors].sort((a, b) => a.range.offset - b.range.offset);
  const composed = composeLike(header, metadata, tensors);
  const pieces: Piece[] = [{ bytes: composed.header }];
  for (const [index, { range }] of tensors.entries()) {
    const place = composed.places[index];
    const end = composed.places[index + 1]?.offset ?? composed.sizeBytes;
    pieces.push(
      { path, ...range },
      { bytes: new Uint8Array(end - (place?.offset ?? 0) - (place?.length ?? 0)) },
    );
  }
  return { names, pieces };
}

/** The names of the texts of a GGUF where it has a path among them; for a list too long to be read, one that stands for all. */
function cleanNames({ metadata }: GgufHeader): string[] | null {
  const entry = metadata.get(key);
  if (entry?.type !== 'array' || entry.itemType !== 'string') return null;
  const values = entry.values?.map(String) ?? null;
  if (values?.every((value) => datasetName(value) === value) === true) return null;
  return values?.map(datasetName) ?? [unnamed];
}

async function legacyPieces(bytes: ByteSource, path: string): Promise<Cleaned | null> {
  const { dataset } = await readLegacyImatrix(bytes);
  if (dataset === null) return null;
  const name = datasetName(dataset.name ?? '/');
  if (name === dataset.name) return null;
  const text = new TextEncoder().encode(name);
  const length = new DataView(new ArrayBuffer(4));
  length.setInt32(0, text.length, true);
  return {
    names: [name],
    pieces: [
      { path, offset: 0, length: dataset.offset },
      { bytes: new Uint8Array(length.buffer) },
      { bytes: text },
    ],
  };
}
