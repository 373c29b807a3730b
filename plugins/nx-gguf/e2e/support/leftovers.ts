import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What an interrupted run may have left: work directories and temporary files, in a store or under dist/. */
export function leftovers(...directories: readonly string[]): string[] {
  return directories.flatMap((directory) =>
    (existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }) : [])
      .filter((name) => /(^|\/)work\/./.test(name) || name.endsWith('.tmp') || /\.lock(\/|$)/.test(name))
      .map((name) => join(directory, name)),
  );
}
