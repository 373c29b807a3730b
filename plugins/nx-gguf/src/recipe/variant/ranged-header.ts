import { readHeaderBytes, type HeaderBytes } from '../../gguf/header/header-bytes.js';
import type { RangedFile } from '../../upstream/http-source.js';
import { rangedTransfer } from '../../transport/transfer-settings.js';
import type { UpstreamContext } from '../../upstream/upstream-context.js';
import { upstreamContext } from '../lock-file.js';
import type { Surroundings } from '../ports.js';

/** The ports that reading ranges of files needs. */
export function rangedContext({ environment, transfer }: Surroundings): UpstreamContext {
  return upstreamContext(environment, { ...transfer, ...rangedTransfer });
}

/** The header of a GGUF on a web server; hardly more than the header is read. */
export async function headerAt(file: RangedFile, ports: Surroundings): Promise<HeaderBytes> {
  const { withHttpSource } = await import('../../upstream/http-source.js');
  ports.environment.report({ type: 'step', message: `reading the header of ${file.name}` });
  return withHttpSource(file, rangedContext(ports), readHeaderBytes);
}
