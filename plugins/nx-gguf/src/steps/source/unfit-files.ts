import { readdir as readDirectory, type Dirent } from 'node:fs';
import { access, constants, lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSystemAdapter } from 'tinyglobby';
import { GgufError, systemErrorCode } from '../../core/errors.js';
import { systemReason } from '../../core/system-error.js';

const mostNames = 5;

/**
 * Makes sure that files can be read. A link to a file that is gone is what an interrupted copy of a download
 * cache leaves; a pipe would be waited for without end.
 * @throws GgufError `SOURCE_UNREADABLE` that names them, and why
 */
export async function refuseUnfit(directory: string, names: readonly string[]): Promise<void> {
  const unfit: string[] = [];
  for (const name of names) {
    const reason = await whyUnfit(join(directory, name));
    if (reason !== null) unfit.push(`${name}: ${reason}`);
  }
  if (unfit.length === 0) return;
  const rest = unfit.length - mostNames;
  throw new GgufError(
    'SOURCE_UNREADABLE',
    `${directory}: not all files of the source can be read\n${unfit.slice(0, mostNames).join('\n')}${rest > 0 ? `\nand ${rest} more` : ''}`,
    {
      hint: 'Copy or fetch the files again, with what links lead to (`cp -rL`): in the cache of a hub client, files of snapshots/ are links into blobs/. What is not needed can be named in "exclude".',
    },
  );
}

/** Why something is no file that can be read; null where it is one. */
async function whyUnfit(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isFile()) return 'it is no file (a pipe, a socket or a device)';
    await access(path, constants.R_OK);
    return null;
  } catch (cause) {
    const isLink = await lstat(path).then(
      (info) => info.isSymbolicLink(),
      () => false,
    );
    return isLink && systemErrorCode(cause) === 'ENOENT'
      ? 'it is a symbolic link to a file that is not there'
      : systemReason(cause);
  }
}

/**
 * A file system in which whatever is no directory is listed as a file, so that globs choose among links that
 * lead nowhere, pipes and sockets as well. tinyglobby leaves these out, and directories that cannot be read.
 * @param onUnreadable told of each directory that cannot be read
 */
export function wholeListing(onUnreadable: (path: string, cause: Error) => void): FileSystemAdapter {
  const readdir = (
    path: string,
    _options: { withFileTypes: true },
    callback: (error: NodeJS.ErrnoException | null, entries: Dirent[]) => void,
  ): void => {
    readDirectory(path, { withFileTypes: true }, (error, entries) => {
      if (error !== null) {
        onUnreadable(path, error);
        callback(error, []);
        return;
      }
      void Promise.all(entries.map((entry) => asListed(path, entry))).then((listed) => {
        callback(null, listed);
      });
    });
  };
  return { readdir: readdir as NonNullable<FileSystemAdapter['readdir']> };
}

async function asListed(directory: string, entry: Dirent): Promise<Dirent> {
  if (entry.isFile() || entry.isDirectory()) return entry;
  const isWhole =
    entry.isSymbolicLink() &&
    (await stat(join(directory, entry.name)).then(
      () => true,
      () => false,
    ));
  if (isWhole) return entry;
  return Object.create(entry, {
    name: { value: entry.name },
    isFile: { value: () => true },
    isSymbolicLink: { value: () => false },
  }) as Dirent;
}
