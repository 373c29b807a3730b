import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from '../core/errors.js';
import { makeSharedDirectory } from './shared-directory.js';
import { shareFile } from './shared-file.js';
import { temporaryBeside } from './temporary.js';

/**
 * Flushes a directory's entries to disk. A no-op where directories cannot be opened (Windows) or flushed
 * (some network file systems).
 */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await syncFile(path).catch((error: unknown) => {
    if (!['EINVAL', 'ENOTSUP'].includes(systemErrorCode(error) ?? '')) throw error;
  });
}

/** Flushes a file's bytes to disk. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Moves a flushed file to its place and makes that durable; both paths are on one file system. */
export async function publish(from: string, to: string): Promise<void> {
  await makeDirectory(dirname(to));
  await rename(from, to);
  await syncDirectory(dirname(to));
}

/**
 * Makes a directory and those above it that are missing, durably: a new directory's own entry is flushed too.
 */
export async function makeDirectory(path: string): Promise<void> {
  const first = await makeSharedDirectory(path);
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

/** Writes a small file so that a reader, or a crash, sees either the old bytes or the new ones. */
export async function writeDurably(path: string, text: string): Promise<void> {
  await makeDirectory(dirname(path));
  const temporary = await temporaryBeside(path);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await shareFile(temporary);
    await publish(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
