import { GgufError } from '../../core/errors.js';
import type { ByteSource } from '../../gguf/byte-source.js';
import { readGgufHeader, type GgufHeader } from '../../gguf/header/header.js';
import { readLegacyImatrix } from '../../quant/tool/legacy-imatrix.js';
import { withFileBytes } from '../../files/gguf-file.js';

/**
 * What an importance matrix holds: the tensors it has data for, sorted, and how much text it was computed on.
 */
export interface ImatrixSummary {
  readonly format: 'gguf' | 'legacy';
  readonly tensors: readonly string[];
  readonly chunks: number | string | null;
  readonly chunkSize: number | string | null;
}

/** What a GGUF without importance data is instead, as it says itself; null if it does not. */
interface OtherContent {
  readonly instead: string | null;
}

/**
 * Reads which tensors an importance matrix, GGUF or legacy, has data for. The data is passed over.
 * @throws GgufError `IMATRIX_EMPTY`, `BAD_IMATRIX`, or what reading a GGUF header throws.
 */
export async function readImatrixFile(path: string, name: string): Promise<ImatrixSummary> {
  const summary = await withFileBytes(path, async (source) =>
    (await isGguf(source))
      ? summaryOf(await readGgufHeader(source))
      : { ...legacySummary(await readLegacyImatrix(source)), instead: null },
  );
  const { instead, ...found } = summary;
  if (found.tensors.length === 0)
    throw new GgufError(
      'IMATRIX_EMPTY',
      `${name} is ${found.format === 'gguf' ? 'a GGUF' : 'a matrix'} without importance data${instead === null ? '' : `: ${instead}`}`,
      { hint: 'An importance matrix in GGUF holds tensors named <tensor>.in_sum2; this file has none.' },
    );
  return found;
}

/** True for a file that begins as a GGUF does. */
export async function isGguf(source: ByteSource): Promise<boolean> {
  return source.sizeBytes >= 4 && new TextDecoder('latin1').decode(await source.read(0, 4)) === 'GGUF';
}

function legacySummary({ entries, chunks }: Awaited<ReturnType<typeof readLegacyImatrix>>): ImatrixSummary {
  return {
    format: 'legacy',
    tensors: [...new Set(entries.map(({ name }) => name))].sort(),
    chunks,
    chunkSize: null,
  };
}

function summaryOf(header: GgufHeader): ImatrixSummary & OtherContent {
  const suffix = '.in_sum2';
  const tensors = header.tensors.flatMap(({ name }) =>
    name.endsWith(suffix) ? [name.slice(0, -suffix.length)] : [],
  );
  const value = (key: string) => {
    const entry = header.metadata.get(key);
    return entry !== undefined &&
      'value' in entry &&
      (Number.isFinite(entry.value) || typeof entry.value === 'string')
      ? (entry.value as number | string)
      : null;
  };
  return {
    format: 'gguf',
    tensors: tensors.sort(),
    chunks: value('imatrix.chunk_count'),
    chunkSize: value('imatrix.chunk_size'),
    instead: contentWords(value('general.type'), value('general.architecture')),
  };
}

function contentWords(type: number | string | null, architecture: number | string | null): string | null {
  if (type === null && architecture === null) return null;
  return `a GGUF of ${[...(type === null ? [] : [`type ${type}`]), ...(architecture === null ? [] : [`architecture ${architecture}`])].join(' and ')}`;
}
