import type { PartialFile } from '../transport/partial-file.js';
import type { Take } from '../transport/rate-limit.js';
import { sizeMismatch } from './answered-range.js';
import type { TransferWatch } from './transfer-watch.js';

/**
 * Appends a body to a partial file, at the speed that is allowed, and no more than the file has.
 * @param total of the whole file; null when nobody says it
 */
export async function append(
  body: AsyncIterable<Uint8Array>,
  { wanted, part, total }: { wanted: { name: string }; part: PartialFile; total: number | null },
  { take, onBytes, watch }: { take: Take; onBytes: (count: number) => void; watch?: TransferWatch },
): Promise<void> {
  for await (const chunk of body) {
    if (total !== null && part.sizeBytes + chunk.length > total)
      throw sizeMismatch(wanted.name, 'more', total);
    watch?.pause();
    await take(chunk.length);
    await part.append(chunk);
    onBytes(chunk.length);
    watch?.resume(chunk.length);
  }
}
