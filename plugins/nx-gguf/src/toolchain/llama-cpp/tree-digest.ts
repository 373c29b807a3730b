import { join } from 'node:path';
import { glob } from 'tinyglobby';
import { digestOf, type Sha256 } from '../../core/digest.js';
import { hashFile } from '../../files/hash-file.js';

/** Digest over the names and bytes of the files that globs choose below a directory. */
export async function treeDigest(directory: string, include: readonly string[]): Promise<Sha256> {
  const names = (
    await glob([...include], {
      cwd: directory,
      ignore: ['**/__pycache__/**', '.git/**'],
      expandDirectories: false,
    })
  ).sort();
  const files: [string, Sha256][] = [];
  for (const name of names) files.push([name, (await hashFile(join(directory, name))).sha256]);
  return digestOf(files);
}
