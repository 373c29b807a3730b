import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON Schema of an object. */
export interface ObjectSchema {
  readonly properties: Readonly<Record<string, object>>;
}

/** What the server's configuration may hold. */
export const configSchema = read('config');

/** The form of an entry of Nx's cache. */
export const nxEntrySchema = read('nx-entry');

/** The form of the file of tokens. */
export const tokensSchema = read('tokens');

function read(name: string): ObjectSchema {
  // The same place from src/ and from dist/.
  const path = join(import.meta.dirname, `../../schemas/${name}.schema.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as ObjectSchema;
}
