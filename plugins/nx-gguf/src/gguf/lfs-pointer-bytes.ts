import { lfsPointerBytes, readLfsPointer, type LfsPointer } from '../core/lfs-pointer.js';
import type { ByteSource } from './byte-source.js';

/** The pointer of Git LFS that a file is, or null. */
export async function lfsPointerIn(source: ByteSource): Promise<LfsPointer | null> {
  if (source.sizeBytes > lfsPointerBytes) return null;
  return readLfsPointer(new TextDecoder('latin1').decode(await source.read(0, source.sizeBytes)));
}
