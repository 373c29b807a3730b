import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from '../core/errors.js';
import { processFileName } from './process-file-name.js';

const groupWrites = 0o020;
const sticky = 0o1000;
/** Set-group-ID, and what the group may do. */
const groupBits = 0o2070;

/**
 * Makes a directory and those above it that are missing, as `mkdir` does, and gives the group what it may do
 * in the directory that they are made in: in a store that several users share, the umask of one must not shut
 * the others out. The first directory that was made; undefined when none was.
 */
export async function makeSharedDirectory(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  let parent = path;
  for (; !(await exists(parent)) && dirname(parent) !== parent; parent = dirname(parent))
    missing.unshift(parent);
  const bits = missing.length === 0 ? null : await groupOf(parent);
  if (bits === null) return mkdir(path, { recursive: true });
  let first: string | undefined;
  for (const directory of missing) if (await makeOne(directory, bits)) first ??= directory;
  return first;
}

/**
 * Makes one directory for a group. It gets its name when its mode is right: who finds it makes others in it after its
 * model, and a kill must not leave one that shuts the group out. False when another process was first.
 */
async function makeOne(path: string, bits: number): Promise<boolean> {
  const temporary = `${path}.${processFileName()}.tmp`;
  await mkdir(temporary);
  try {
    await chmod(temporary, ((await stat(temporary)).mode | bits) & 0o7777);
    if (await exists(path)) return false;
    await rename(temporary, path);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY'].includes(systemErrorCode(error) ?? '')) return false;
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** What the group may do in a directory that a group shares, as bits of a mode; null for any other. */
export async function groupOf(directory: string): Promise<number | null> {
  if (process.platform === 'win32') return null;
  const { mode } = await stat(directory);
  // A directory like /tmp is everybody's, and what is made in it is not.
  return (mode & groupWrites) === 0 || (mode & sticky) !== 0 ? null : mode & groupBits;
}
