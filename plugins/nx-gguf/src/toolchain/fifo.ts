import { close, closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, join } from 'node:path';
import { GgufError, isGgufError } from '../core/errors.js';
import type { RunTool } from './run-tool.js';

/** The end of a FIFO that a tool writes into. */
export interface FifoSource {
  /**
   * What the tool writes, to the end: once bytes came until the tool closes its end, before that until
   * `release`.
   */
  bytes: AsyncIterable<Uint8Array>;
  /** Says that the tool ended: what it wrote can still be read, but nobody is waited for. */
  release: () => void;
  /** Stops reading; the tool, if it still writes, is ended by SIGPIPE. */
  destroy: () => void;
}

/** The end of a FIFO that a tool reads from. */
export interface FifoSink {
  stream: Socket;
  /** Says that the tool ended: what it has not read is dropped. */
  release: () => void;
}

/** Makes FIFOs with `mkfifo`; false where the platform or the file system has none. */
export async function makeFifos(
  paths: readonly string[],
  { directory, runTool }: { directory: string; runTool: RunTool },
): Promise<boolean> {
  if (process.platform === 'win32') return false;
  for (const path of paths) await rm(join(directory, path), { force: true });
  try {
    await runTool({ command: 'mkfifo', args: ['-m', '600', ...paths], cwd: directory });
    return true;
  } catch (error) {
    if (isGgufError(error) && (error.code === 'TOOL_MISSING' || error.code === 'TOOL_FAILED')) return false;
    throw error;
  }
}

/*
 * Whoever opens one end of a FIFO waits until the other is open too, for ever if nobody comes. So both ends
 * are open here before a tool starts, without waiting: a tool never waits in open(), and all of it is over
 * when this process ends, however it ends. The spare end goes when it has done its work, or the end of the
 * data would never show.
 */

/**
 * Opens a FIFO to read what a tool will write.
 * @throws GgufError `FIFO_UNUSABLE`
 */
export function readFifo(path: string): FifoSource {
  const { reading, writing } = openBoth(path);
  const spare = spareEnd(writing);
  const stream = new Socket({ fd: reading, readable: true, writable: false });
  stream.once('close', spare);
  return {
    bytes: untilEnd(stream, spare),
    release: spare,
    destroy: () => {
      stream.destroy();
    },
  };
}

async function* untilEnd(stream: Socket, spare: () => void): AsyncIterable<Uint8Array> {
  for await (const bytes of stream) {
    // They prove that the tool has its end open.
    spare();
    yield bytes as Uint8Array;
  }
}

/**
 * Opens a FIFO to write what a tool will read.
 * @throws GgufError `FIFO_UNUSABLE`
 */
export function writeFifo(path: string): FifoSink {
  const { reading, writing } = openBoth(path);
  const spare = spareEnd(reading);
  const stream = new Socket({ fd: writing, readable: false, writable: true });
  stream.once('close', spare);
  return {
    stream,
    release: () => {
      stream.destroy();
    },
  };
}

/** @throws GgufError `FIFO_UNUSABLE` */
function openBoth(path: string): { reading: number; writing: number } {
  let reading: number | null = null;
  try {
    reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return { reading, writing: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
  } catch (cause) {
    if (reading !== null) closeSync(reading);
    throw new GgufError('FIFO_UNUSABLE', `cannot open ${basename(path)}: ${(cause as Error).message}`, {
      cause,
      hint: 'Was the work directory removed, or are too many files open (`ulimit -n`)?',
    });
  }
}

function spareEnd(fd: number): () => void {
  let isOpen = true;
  return () => {
    if (isOpen) close(fd, () => undefined);
    isOpen = false;
  };
}
