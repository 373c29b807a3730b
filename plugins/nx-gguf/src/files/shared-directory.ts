import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

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
  const first = await mkdir(path, { recursive: true });
  if (first === undefined || process.platform === 'win32') return first;
  const { mode } = await stat(dirname(first));
  // A directory like /tmp is everybody's, and what is made in it is not.
  if ((mode & groupWrites) === 0 || (mode & sticky) !== 0) return first;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    const own = (await stat(made)).mode;
    const shared = (own | (mode & groupBits)) & 0o7777;
    // Of two who make it at once, only its owner may.
    if (shared !== (own & 0o7777)) await chmod(made, shared).catch(() => undefined);
  }
  return first;
}
