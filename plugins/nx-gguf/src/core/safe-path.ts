/** Longest path, in UTF-16 units, that a server or an archive may name. */
const longestPath = 1024;
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/i;

/**
 * Why a path that a server or an archive names cannot be the relative name of a file on every system, or null
 * when it can: it would leave its directory, name a device, or mean another file on another system.
 */
export function pathProblem(path: string): string | null {
  if (path === '') return 'it is empty';
  if (path.length > longestPath) return `it is longer than ${longestPath} characters`;
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'it holds a control character';
  if (path.includes('\\')) return 'it holds a backslash';
  if (path.startsWith('/')) return 'it is absolute';
  if (/[:<>"|?*]/.test(path)) return 'it holds a character that file names on Windows cannot hold';
  if (/[\ud800-\udfff]/u.test(path)) return 'it is not valid Unicode';
  for (const segment of path.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it has a segment "${segment}"`;
    if (/[. ]$/.test(segment)) return 'a segment ends in a dot or a space';
    if (reserved.test(segment)) return `"${segment}" is the name of a device on Windows`;
  }
  return null;
}

/**
 * Pairs of paths that cannot be beside each other on every system: equal but for case or Unicode form, or a
 * file and a directory at once.
 */
export function pathCollisions(paths: readonly string[]): [string, string][] {
  const seen = new Map<string, string>();
  const collisions: [string, string][] = [];
  for (const path of paths) {
    const key = foldedPath(path);
    const other = seen.get(key);
    if (other === undefined) seen.set(key, path);
    else collisions.push([other, path]);
  }
  for (const path of paths) {
    const segments = foldedPath(path).split('/');
    for (let length = 1; length < segments.length; length++) {
      const other = seen.get(segments.slice(0, length).join('/'));
      if (other !== undefined) collisions.push([other, path]);
    }
  }
  return collisions;
}

function foldedPath(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** A path as it may be shown in a message: no control characters, not too long. */
export function shownPath(path: string): string {
  return JSON.stringify(path.length > 120 ? `${path.slice(0, 117)}...` : path);
}
