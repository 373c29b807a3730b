import { bytesSource } from '../../gguf/testing/bytes-source.js';
import { readGgufHeader } from '../../gguf/header/header.js';
import { headerContents, type HeaderContents } from '../../steps/gguf/gguf-header.js';

/** What the header of a GGUF says. */
export async function parseHeader(bytes: Uint8Array): Promise<HeaderContents> {
  return headerContents([await readGgufHeader(bytesSource(bytes))]);
}
