import { GgufError, systemErrorCode } from './errors.js';

/** What the operating system means by a code: a code of ours, words, and what to do. */
interface Meaning {
  code: string;
  reason: string;
  hint: string;
}

const forbidden = (reason: string, hint: string): Meaning => ({ code: 'FILE_FORBIDDEN', reason, hint });
const full = (reason: string): Meaning => ({
  code: 'DISK_FULL',
  reason,
  hint: 'Free space, e.g. with `npx nx-gguf store gc`, or put the store elsewhere with NX_GGUF_STORE.',
});
const unfit = (reason: string, hint: string): Meaning => ({ code: 'FILE_UNFIT', reason, hint });
const openFiles = (reason: string): Meaning => ({
  code: 'TOO_MANY_OPEN_FILES',
  reason,
  hint: 'Allow more with `ulimit -n 65536` in the shell that starts Nx, or run fewer tasks at once (`--parallel=1`).',
});

const permissions =
  'Look at the owner and the mode of it and of the directories above (`ls -ld`). What lies in the store can be put elsewhere with NX_GGUF_STORE.';
const whatItIs = 'Look at what lies there (`ls -ld`), and remove it or correct the path.';

const meanings: Readonly<Record<string, Meaning>> = {
  ENOENT: {
    code: 'FILE_MISSING',
    reason: 'there is no such file or directory',
    hint: 'Create it, or correct what names it. What was removed while a task ran is made again by the next run.',
  },
  EACCES: forbidden('permission denied', permissions),
  EPERM: forbidden('the operation is not permitted', permissions),
  EROFS: forbidden(
    'the file system is read-only',
    'Mount it writable, or write elsewhere: NX_GGUF_STORE moves the store.',
  ),
  ENOTDIR: unfit('a file lies where a directory is needed', whatItIs),
  EISDIR: unfit('a directory lies where a file is needed', whatItIs),
  // These three are codes of ours, see files/small-file.ts.
  ENOTFILE: unfit('a pipe, a socket or a device lies where a file is needed', whatItIs),
  ETOOLONG: unfit('the file is longer than is read of one', whatItIs),
  ECHANGED: unfit('the file changed while it was read', 'Run it again when nothing else writes to it.'),
  EEXIST: unfit('something lies there already', whatItIs),
  ENOTEMPTY: unfit('the directory is not empty', whatItIs),
  ELOOP: unfit('symbolic links lead in a circle', whatItIs),
  ENAMETOOLONG: unfit(
    'the path is too long for this file system',
    'Shorten names, or move the workspace or the store up.',
  ),
  EFBIG: unfit(
    'the file is larger than this file system allows',
    'Put the store on another file system with NX_GGUF_STORE.',
  ),
  ENOSPC: full('no space is left on the file system'),
  EDQUOT: full('the disk quota is used up'),
  EMFILE: openFiles('this process has too many files open'),
  ENFILE: openFiles('this machine has too many files open'),
};

/** In words, why the operating system refused something; the message of any other error. */
export function systemReason(error: unknown): string {
  const meaning = meanings[systemErrorCode(error) ?? ''];
  return meaning?.reason ?? (error instanceof Error ? error.message : String(error));
}

/**
 * An error of the operating system as one of ours: `FILE_MISSING`, `FILE_FORBIDDEN`, `FILE_UNFIT`,
 * `DISK_FULL`, `TOO_MANY_OPEN_FILES`, else `SYSTEM_ERROR`; null for what is no such error.
 */
export function systemError(error: unknown): GgufError | null {
  const code = systemErrorCode(error);
  // Node has codes of its own, ERR_…, for calls that are wrong.
  if (code === null || !/^E[A-Z0-9]+$/.test(code)) return null;
  const meaning = meanings[code];
  if (meaning === undefined)
    return new GgufError('SYSTEM_ERROR', error instanceof Error ? error.message : code, {
      cause: error,
      hint: `The operating system says ${code}. Run it again; if it repeats, look at the disk, the memory or the network that the message names.`,
    });
  return new GgufError(meaning.code, `${placeIn(error)}${meaning.reason} (${code})`, {
    cause: error,
    hint: meaning.hint,
  });
}

/**
 * The error for a file that somebody names and that cannot be read: `FILE_MISSING`, with how its name is
 * meant, or what else the operating system says.
 */
export function unreadable(cause: unknown, { what, hint }: { what: string; hint: string }): GgufError {
  const meaning = meanings[systemErrorCode(cause) ?? ''];
  const isGone = meaning === undefined || meaning.code === 'FILE_MISSING';
  return new GgufError(
    isGone ? 'FILE_MISSING' : meaning.code,
    `cannot read ${what}: ${systemReason(cause)}`,
    {
      cause,
      hint: isGone ? hint : meaning.hint,
    },
  );
}

/** What was done and where, as far as the error says. */
function placeIn(error: unknown): string {
  const { syscall, path, dest } = error as { syscall?: unknown; path?: unknown; dest?: unknown };
  const places = [path, dest].filter((place) => typeof place === 'string');
  if (places.length === 0) return typeof syscall === 'string' ? `${syscall}: ` : '';
  return `${places.join(' → ')}: `;
}
