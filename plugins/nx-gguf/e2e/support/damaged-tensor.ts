import { chmodSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readGgufFile } from '../../src/files/gguf-file.js';

/** Changes one byte of a tensor; quietly means that the file keeps its time. */
export async function damage(path: string, tensor: string, isQuiet: boolean): Promise<void> {
  const range = (await readGgufFile(path)).tensors.find(({ name }) => name === tensor)?.range;
  const { atime, mtime } = statSync(path);
  chmodSync(path, 0o644);
  const bytes = readFileSync(path);
  const at = (range?.offset ?? 0) + 77;
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
  if (isQuiet) utimesSync(path, atime, mtime);
}
