import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GgufError, processFileName, ownerOf, systemErrorCode, writeDurably } from 'nx-gguf/store';

/**
 * Takes a directory for this process; the result gives it back. A server that was killed does not keep it.
 * @throws GgufError `DIRECTORY_IN_USE`
 */
export async function takeDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'server');
  const other = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  });
  if (other !== '' && ownerOf(other) === 'runs')
    throw new GgufError('DIRECTORY_IN_USE', `another server runs on ${directory}`, {
      hint: 'Stop it, or choose another directory with --directory.',
    });
  await writeDurably(path, processFileName());
  return () => rm(path, { force: true });
}
