import type { PartialFile } from '../transport/partial-file.js';
import type { Take } from '../transport/rate-limit.js';
import { sizeMismatch } from './answered-range.js';

/** Appends a body to a partial file, at the speed that is allowed, and no more than the file has. */
export async function append(
  body: AsyncIterable<Uint8Array>,
  { wanted, part, total }: { wanted: { name: string }; part: PartialFile; total: number | null },
  { take, onBytes }: { take: Take; onBytes: (count: number) => void },
): Promise<void> {
  for await (const chunk of body) {
    if (total !== null && part.sizeBytes + chunk.length > total)
      throw sizeMismatch(wanted.name, 'more', total);
    await take(chunk.length);
    await part.append(chunk);
    onBytes(chunk.length);
  }
}
