import { lstat } from 'node:fs/promises';
import { GgufError, systemErrorCode } from '../core/errors.js';
import { systemReason } from '../core/system-error.js';
import { readSmallText } from '../files/small-file.js';
import type { ProjectKind } from './project-file.js';

/** The text of a file, why it cannot be read though it is there, or null where there is none. */
export async function textOf(path: string): Promise<{ text: string } | { cause: unknown } | null> {
  try {
    return { text: await readSmallText(path) };
  } catch (cause) {
    return (await isThere(path)) ? { cause } : null;
  }
}

/**
 * The text of a file that declares a project.
 * @throws GgufError `MODEL_MISSING` and its like where there is none, or it cannot be read
 */
export async function declaredText(
  kind: ProjectKind,
  path: string,
  { shown, hint }: { shown: string; hint: string },
): Promise<string> {
  const found = await textOf(path);
  if (found !== null && 'text' in found) return found.text;
  const cause = found?.cause;
  const why =
    found === null
      ? 'there is no such file'
      : systemErrorCode(cause) === 'ENOENT'
        ? 'it is a symbolic link to a file that is not there'
        : systemReason(cause);
  throw new GgufError(`${kind.toUpperCase()}_MISSING`, `cannot read ${shown}: ${why}`, {
    cause,
    hint:
      found === null ? hint : `Look at what lies there (\`ls -ld ${shown}\`), and put the file in its place.`,
  });
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
