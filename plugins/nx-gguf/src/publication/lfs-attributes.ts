import picomatch from 'picomatch';
import type { PublishedFile } from '../core/generated/published.generated.js';
import { recordFile } from './record.js';

/** Files above this size go into Git LFS whatever they hold, as on the hub. */
export const largeFileBytes = 10 << 20;

/**
 * True for files that Git LFS keeps in place of git: those that .gitattributes says, GGUFs, and large ones.
 */
export function belongsInLfs(
  { path, sizeBytes }: Pick<PublishedFile, 'path' | 'sizeBytes'>,
  attributes: string,
): boolean {
  return path.endsWith('.gguf') || sizeBytes > largeFileBytes || isTracked(path, attributes);
}

/**
 * The text of .gitattributes with lines for the files that belong in LFS and that it does not name yet; the
 * record never does.
 */
export function withTrackedFiles(
  attributes: string,
  files: readonly Pick<PublishedFile, 'path' | 'sizeBytes'>[],
): string {
  let text = attributes === '' || attributes.endsWith('\n') ? attributes : `${attributes}\n`;
  for (const file of files) {
    if (!belongsInLfs(file, text) || isTracked(file.path, text)) continue;
    text += `${file.path.endsWith('.gguf') ? '*.gguf' : `/${file.path}`} filter=lfs diff=lfs merge=lfs -text\n`;
  }
  // The record is read without Git LFS.
  return isTracked(recordFile, text) ? `${text}/${recordFile} !filter !diff !merge\n` : text;
}

/** True when a line of .gitattributes gives the file to LFS; the last line that matches decides. */
function isTracked(path: string, attributes: string): boolean {
  let tracked = false;
  for (const line of attributes.split('\n')) {
    const [pattern = '', ...settings] = line.trim().split(/\s+/);
    const filter = settings.find((setting) => /^-?!?filter/.test(setting));
    if (pattern === '' || pattern.startsWith('#') || filter === undefined || !matches(pattern, path))
      continue;
    tracked = filter === 'filter=lfs';
  }
  return tracked;
}

function matches(pattern: string, path: string): boolean {
  const anchored = pattern.startsWith('/') ? pattern.slice(1) : pattern;
  return picomatch.isMatch(
    path,
    anchored,
    pattern.includes('/') ? { dot: true } : { dot: true, basename: true },
  );
}
