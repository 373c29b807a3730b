import { createWriteStream, fdatasync, type WriteStream } from 'node:fs';

const bufferedBytes = 4 << 20;
const flushedBytes = 128 << 20;

/**
 * Writes into a file and has the disk begin with what came so far, while more comes. Otherwise all of it
 * would wait in memory for the flush at the end, and the sender with it.
 */
export function fileWriter(path: string, options: { flags: string; start?: number }): WriteStream {
  const file = createWriteStream(path, { ...options, highWaterMark: bufferedBytes });
  let descriptor: number | null = null;
  let flushedTo = 0;
  file.once('open', (fd) => void (descriptor = fd));
  file.on('drain', () => {
    if (descriptor === null || file.bytesWritten - flushedTo < flushedBytes) return;
    flushedTo = Infinity;
    // Its failure shows at the flush at the end.
    fdatasync(descriptor, () => void (flushedTo = file.bytesWritten));
  });
  return file;
}
