import { open, stat } from 'node:fs/promises';
import { GgufError } from '../../core/errors.js';
import { lfsPointerBytes, lfsPointerError, readLfsPointer } from '../../core/lfs-pointer.js';

/**
 * Makes sure that no file is a pointer of Git LFS: weights, a tokenizer, a text or a matrix would be taken for
 * damaged much later, or not at all.
 * @throws GgufError `LFS_POINTER` that names all of them
 */
export async function refusePointers(
  files: readonly { name: string; path: string }[],
  hint: string,
): Promise<void> {
  const found: GgufError[] = [];
  for (const { name, path } of files) {
    const pointer = readLfsPointer(await headOf(path));
    if (pointer !== null) found.push(lfsPointerError(name, pointer, hint));
  }
  const [first] = found;
  if (first === undefined) return;
  const shown = found.slice(0, 5).map(({ message }) => message);
  const more = found.length > shown.length ? [`and ${found.length - shown.length} more`] : [];
  throw new GgufError('LFS_POINTER', [...shown, ...more].join('\n'), { hint });
}

/** The text of a file that is small enough for a pointer, else nothing. */
async function headOf(path: string): Promise<string> {
  const info = await stat(path).catch(() => null);
  if (info === null || !info.isFile() || info.size > lfsPointerBytes) return '';
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(info.size), 0, info.size, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
